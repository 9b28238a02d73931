import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './benchmark';

/** What a run of a benchmark leaves behind, as `<name>.json`. */
export interface Result {
  readonly name: string;
  readonly about: string;
  readonly at: string;
  readonly machine: { readonly node: string; readonly cores: number };
  readonly rows: readonly Row[];
}

/** The figures of a row, rounded, with its unit. */
export function display({ what, unit, measured, limit, goal }: Row): Record<string, string> {
  const withUnit = (figure: number) => `${rounded(figure)} ${unit}`.trim();
  if (typeof measured !== 'number') {
    const figures = Object.entries(measured).map(([name, figure]) => [name, withUnit(figure)] as const);
    return { what, ...Object.fromEntries<string>(figures), goal };
  }
  return {
    what,
    measured: withUnit(measured),
    limit: limit === undefined ? '' : withUnit(limit),
    ratio: limit === undefined ? '' : (measured / limit).toFixed(2),
    goal,
  };
}

/** Writes one page with the table of every result in a directory. */
export function writeResultsPage(directory: string): void {
  const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
  const results = files
    .map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Result)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = [
    '# Results',
    'Made by `npm run bench` from the JSON files beside it.',
    ...results.map(section),
  ];
  writeFileSync(join(directory, 'README.md'), `${page.join('\n\n')}\n`);
}

function section({ name, about, at, machine, rows }: Result): string {
  const head = `## ${name}\n\n${about}. ${at.slice(0, 10)}, Node ${machine.node}, ${machine.cores} cores.`;
  const shown = rows.map(display);
  const columns = Object.keys(shown[0]!);
  const lines = [columns, columns.map(() => '---'), ...shown.map((row) => Object.values(row))];
  return [`${head}\n`, ...lines.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

function rounded(figure: number): string {
  return figure >= 100 ? figure.toFixed(0) : figure.toPrecision(3);
}
