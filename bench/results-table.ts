import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Row } from './benchmark';
import { Machine, machineText } from './machine';

/** What is left behind of a benchmark, as `<name>.json`. */
export interface Result {
  readonly name: string;
  readonly about: string;
  readonly at: string;
  readonly machine: Machine;
  readonly rows: readonly ResultRow[];
}

/** A row of the last run, with the ratio to the limit that each of several runs found, in their order. */
export interface ResultRow extends Row {
  readonly ratios?: readonly number[];
}

/** What several runs of one benchmark come to. */
export function rowsOfRuns(runs: readonly (readonly Row[])[]): ResultRow[] {
  const ratioOf = ({ measured, limit }: Row) =>
    typeof measured === 'number' && limit !== undefined ? [measured / limit] : [];
  return runs.at(-1)!.map((row) => {
    const ratios = runs.flatMap((rows) => rows.filter(({ what }) => what === row.what).flatMap(ratioOf));
    return ratios.length > 1 ? { ...row, ratios } : row;
  });
}

/** The figures of a row, rounded, with its unit. */
export function display({ what, unit, measured, limit, goal, ratios }: ResultRow): Record<string, string> {
  const withUnit = (figure: number) => `${rounded(figure)} ${unit}`.trim();
  if (typeof measured !== 'number') {
    const figures = Object.entries(measured).map(([name, figure]) => [name, withUnit(figure)] as const);
    return { what, ...Object.fromEntries<string>(figures), goal };
  }
  return {
    what,
    measured: withUnit(measured),
    limit: limit === undefined ? '' : withUnit(limit),
    ratio:
      limit === undefined ? '' : (ratios ?? [measured / limit]).map((ratio) => ratio.toFixed(2)).join(', '),
    goal,
  };
}

/** Writes one page with the table of every result in a directory. */
export function writeResultsPage(directory: string): void {
  const page = [
    '# Results',
    'Made by `npm run bench` from the JSON files beside it.',
    ...resultsIn(directory).map(section),
  ];
  writeFileSync(join(directory, 'README.md'), `${page.join('\n\n')}\n`);
}

/** All that lie in a directory, by name. */
export function resultsIn(directory: string): Result[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')) as Result)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function section({ name, about, at, machine, rows }: Result): string {
  const head = `## ${name}\n\n${about}. ${at.slice(0, 10)}, ${machineText(machine)}.`;
  const shown = rows.map(display);
  const columns = Object.keys(shown[0]!);
  const lines = [columns, columns.map(() => '---'), ...shown.map((row) => Object.values(row))];
  return [`${head}\n`, ...lines.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

function rounded(figure: number): string {
  return figure >= 100 ? figure.toFixed(0) : figure.toPrecision(3);
}
