import type { AskedMemory, Way } from './answers';
import { box, element, line, text } from './svg';

const CELL = { width: 13, height: 22, gap: 1 };
const SESSION_GAP = 9;
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** In upper estimate, of a letter of the usual size. */
const LETTER = 7;

const LEGEND: readonly (readonly [way: Way | undefined, name: string])[] = [
  ['words', 'found by words'],
  ['vector', 'found by meaning'],
  ['neighbour', 'up to two turns from one of these'],
  [undefined, 'no candidate'],
];

/** Every memory as a cell, session by session, those of the results with their places. */
export function drawCandidates(
  x: number,
  y: number,
  memories: readonly AskedMemory[],
  places: ReadonlyMap<string, number>,
): string {
  let at = x;
  const cells = memories.flatMap((memory, i) => {
    const begins = memory.session !== memories[i - 1]?.session;
    if (i > 0) at += CELL.width + CELL.gap + (begins ? SESSION_GAP : 0);
    const place = places.get(memory.id);
    return [
      ...(begins ? [text(at, y - 7, 'weak', dayOf(memory))] : []),
      drawCell(at, y, memory.ways),
      ...(place === undefined ? [] : [text(at + CELL.width / 2, y + 15, 'place', String(place))]),
    ];
  });
  return element('g', {}, ...cells);
}

/** How many came which way, some of them two ways. */
export function drawLegend(x: number, y: number, memories: readonly AskedMemory[]): string {
  let at = x;
  const entries = LEGEND.flatMap(([way, name]) => {
    const shown = way === undefined ? [] : [way];
    const count = memories.filter(({ ways }) =>
      way === undefined ? ways.length === 0 : ways.includes(way),
    ).length;
    const entry = [
      drawCell(at, y - 15, shown),
      line(at + 20, y, [
        ['', `${count} `],
        ['weak', name],
      ]),
    ];
    at += 20 + LETTER * `${count} ${name}`.length + 24;
    return entry;
  });
  return element('g', {}, ...entries);
}

/** In the colours of the ways; of two ways half of it each. */
export function drawCell(x: number, y: number, ways: readonly Way[]): string {
  const { width, height } = CELL;
  if (ways.length === 0) return box(x, y, width, height, 'cell is-empty');
  if (ways.length === 1) return box(x, y, width, height, `cell is-${ways[0]}`);
  return ways.map((way, i) => box(x, y + (i * height) / 2, width, height / 2, `is-${way}`)).join('\n');
}

export function dayOf({ at }: Pick<AskedMemory, 'at'>): string {
  return DAY.format(new Date(at));
}
