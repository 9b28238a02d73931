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
  return {
    what,
    measured: `${rounded(measured)} ${unit}`.trim(),
    limit: limit === undefined ? '' : `${rounded(limit)} ${unit}`.trim(),
    ratio: limit === undefined ? '' : (measured / limit).toFixed(2),
    goal,
  };
}

/** Writes one page with the table of every result in a directory. */
export function writeResultsPage(directory: string): void {
  const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
  const results = files.map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Result);
  const page = [
    '# Results',
    'Made by `npm run bench` from the JSON files beside it.',
    ...results.map(section),
  ];
  writeFileSync(join(directory, 'README.md'), `${page.join('\n\n')}\n`);
}

function section({ name, about, at, machine, rows }: Result): string {
  const head = `## ${name}\n\n${about}. ${at.slice(0, 10)}, Node ${machine.node}, ${machine.cores} cores.`;
  const cells = rows.map((row) => `| ${Object.values(display(row)).join(' | ')} |`);
  return [
    `${head}\n`,
    '| what | measured | limit | ratio | goal |',
    '| --- | --- | --- | --- | --- |',
    ...cells,
  ].join('\n');
}

function rounded(figure: number): string {
  return figure >= 100 ? figure.toFixed(0) : figure.toPrecision(3);
}
