import type { AskedMemory, ExplainedResult } from './answers';
import { dayOf, drawCell } from './draw-candidates';
import { box, element, line, text, wrapped } from './svg';

export const ROW_HEIGHT = 62;

const COLUMNS = { place: 24, cell: 40, said: 66, bar: 424, score: 806, rank: 930 };
const CHARACTERS = 50;
const BAR_HEIGHT = 16;
/** Of a score of 1. */
const PIXELS = 195;

/** The line above the rows. */
export function drawHeads(y: number): string {
  return element(
    'g',
    {},
    text(COLUMNS.said, y, 'weak', 'memory'),
    text(COLUMNS.bar, y, 'weak', 'what its score is made of'),
    text(COLUMNS.score, y, 'weak right', 'score'),
    text(COLUMNS.rank, y, 'weak right', 'by meaning alone'),
  );
}

/** One result: what was said, how it became a candidate, its score and what that is made of. */
export function drawResult(y: number, place: number, result: ExplainedResult, memory: AskedMemory): string {
  const said = wrapped(memory.content, CHARACTERS);
  return element(
    'g',
    {},
    element('line', { x1: COLUMNS.place, x2: COLUMNS.rank, y1: y, y2: y, class: 'rule' }),
    drawCell(COLUMNS.cell, y + 11, memory.ways),
    text(COLUMNS.place, y + 26, 'said', String(place)),
    ...said.map((each, i) => text(COLUMNS.said, y + 21 + i * 17, 'said', each)),
    text(COLUMNS.said, y + 21 + said.length * 17, 'weak', dayOf(memory)),
    drawBar(y + 11, result),
    drawSum(y + 45, result),
    text(COLUMNS.score, y + 26, 'score right', result.score.toFixed(2)),
    text(COLUMNS.rank, y + 26, 'said right weak', ordinal(result.semanticRank)),
  );
}

/** Words and meaning each as their own part and what neighbours lend, the speaker's, and what is taken off at the end. */
function drawBar(y: number, { parts, own }: ExplainedResult): string {
  const pieces: [kind: string, figure: number][] = [
    ['is-words', Math.min(own.words, parts.words)],
    ['is-words lent', parts.words - own.words],
    ['is-vector', Math.min(Math.max(0, own.vector), parts.vector)],
    ['is-vector lent', parts.vector - Math.max(0, own.vector)],
    ['is-speaker', parts.speaker],
  ];
  let x = COLUMNS.bar;
  const boxes = pieces.flatMap(([kind, figure]) => {
    if (figure <= 0) return [];
    const drawn = box(x, y, figure * PIXELS, BAR_HEIGHT, kind);
    x += figure * PIXELS;
    return [drawn];
  });
  const taken = -parts.question * PIXELS;
  if (taken > 0) boxes.push(box(x - taken, y, taken, BAR_HEIGHT, 'taken'));
  return boxes.join('\n');
}

function drawSum(y: number, { parts: { words, vector, speaker, question } }: ExplainedResult): string {
  const terms: [kind: string, name: string, figure: number][] = [
    ['is-words', 'words', words],
    ['is-vector', 'meaning', vector],
    ['is-speaker', 'speaker', speaker],
    ['is-question', 'question', question],
  ];
  const written = terms
    .filter(([, , figure]) => figure !== 0)
    .flatMap(([kind, name, figure], i): [string, string][] => [
      ['weak', i === 0 ? '' : figure < 0 ? ' − ' : ' + '],
      [kind, `${Math.abs(figure).toFixed(2)} ${name}`],
    ]);
  return line(COLUMNS.bar, y, written);
}

/** Two lines: what the colours of the bars are. */
export function drawKey(y: number): string {
  const { place: left, bar: right } = COLUMNS;
  const entries: [x: number, y: number, name: string, ...kinds: string[]][] = [
    [left, y, 'its own words and meaning', 'is-words', 'is-vector'],
    [
      left,
      y + 22,
      'lent by what was said up to two turns before or after',
      'is-words lent',
      'is-vector lent',
    ],
    [right, y, 'the question names who said it', 'is-speaker'],
    [right, y + 22, 'taken off: it is itself a question', 'taken'],
  ];
  const drawn = entries.flatMap(([x, at, name, ...kinds]) => [
    ...kinds.map((kind, i) => box(x + i * 16, at - 11, 14, 14, kind)),
    text(x + kinds.length * 16 + 6, at, 'weak', name),
  ]);
  return element('g', {}, ...drawn);
}

function ordinal(place: number): string {
  const end = place % 100 >= 11 && place % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][place % 10] ?? 'th');
  return `${place}${end}`;
}
