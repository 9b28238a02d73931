import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlotOfRows, Row } from './benchmark';
import { machineText } from './machine';
import { Curve, Point, svgOf } from './plot';
import { display, Result, resultsIn } from './results-table';

// Prettier would pad the table to its longest cell.
const BEGIN = '<!-- figures: made by `npm run bench` -->\n\n<!-- prettier-ignore-start -->';
const END = '<!-- prettier-ignore-end -->';

/** Draws what a benchmark's rows say into the directory. */
export function writePlots(directory: string, plots: readonly PlotOfRows[], rows: readonly Row[]): void {
  mkdirSync(directory, { recursive: true });
  for (const plot of plots) {
    const svg = svgOf({ ...plot, curves: curvesOf(rows.filter(({ unit }) => (plot.unit ?? unit) === unit)) });
    writeFileSync(join(directory, `${plot.file}.svg`), svg);
  }
}

function curvesOf(rows: readonly Row[]): Curve[] {
  const curves = new Map<string, Point[]>();
  for (const { point, measured } of rows)
    if (point && typeof measured === 'number')
      curves.set(point.curve, [...(curves.get(point.curve) ?? []), [point.x, measured]]);
  return [...curves].map(([name, points]) => ({ name, points }));
}

/** Brings the table of a page up to date: of every result, what has a limit or a goal, and what it was measured on. */
export function writePerformancePage(page: string, results: string): void {
  const text = readFileSync(page, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${page} has no place for the figures: ${BEGIN} … ${END}`);
  const made = `${text.slice(0, begin + BEGIN.length)}\n\n${figuresOf(resultsIn(results))}\n\n${text.slice(end)}`;
  if (made !== text) writeFileSync(page, made);
}

function figuresOf(results: readonly Result[]): string {
  const head = [
    '| benchmark | what | measured | limit | ratio | goal |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  return [...head, ...results.flatMap(linesOf), '', ...machinesOf(results)].join('\n');
}

/** Several figures of one row are in the table of their benchmark. */
function linesOf({ name, rows }: Result): string[] {
  return rows
    .filter(
      ({ measured, limit, goal }) => typeof measured === 'number' && (limit !== undefined || goal !== ''),
    )
    .map((row) => `| \`${name}\` | ${Object.values(display(row)).join(' | ')} |`);
}

/** Which of them were measured when and where. */
function machinesOf(results: readonly Result[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, at, machine } of results) {
    const where = `${at.slice(0, 10)}, ${machineText(machine)}`;
    names.set(where, [...(names.get(where) ?? []), `\`${name}\``]);
  }
  return [...names].map(([where, measured]) => `- ${where}: ${measured.join(', ')}`);
}
