import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { auth } from './auth.bench';
import { Benchmark, BenchmarkOptions, Row } from './benchmark';
import { bulk } from './bulk.bench';
import { cost } from './cost.bench';
import { crossover } from './crossover.bench';
import { embed } from './embed.bench';
import { fairness } from './fairness.bench';
import { locomo } from './locomo.bench';
import { thisMachine } from './machine';
import { memory } from './memory.bench';
import { migrate } from './migrate.bench';
import { original } from './original.bench';
import { writePerformancePage, writePlots } from './performance-page';
import { pool } from './pool.bench';
import { recall } from './recall.bench';
import { display, Result, rowsOfRuns, writeResultsPage } from './results-table';
import { scaleConcurrency, scaleMemories, scaleTenants } from './scale.bench';
import { search, searchPostgresql } from './search.bench';
import { sql } from './sql.bench';
import { start } from './start.bench';
import { store, storePostgresql } from './store.bench';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  embed,
  store,
  'store-postgresql': storePostgresql,
  search,
  'search-postgresql': searchPostgresql,
  cost,
  recall,
  sql,
  crossover,
  pool,
  bulk,
  memory,
  fairness,
  locomo,
  migrate,
  start,
  auth,
  'scale-memories': scaleMemories,
  'scale-tenants': scaleTenants,
  'scale-concurrency': scaleConcurrency,
  original,
};

const RESULTS = join(__dirname, 'results');
const PERFORMANCE = resolve(__dirname, '../docs/performance');

/** `npm run bench -- [NAME ...] [--times N] [--locomo FILE] [--url URL] [--database URL] [--most N] [--ablate]` */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      locomo: { type: 'string', default: resolve(__dirname, '../../shared/data/locomo/dev.json') },
      url: { type: 'string' },
      database: { type: 'string' },
      most: { type: 'string' },
      times: { type: 'string', default: '1' },
      ablate: { type: 'boolean', default: false },
    },
  });
  // The original is somebody's to start and to name.
  const all = Object.keys(BENCHMARKS).filter((name) => name !== 'original');
  const names = positionals.length > 0 ? positionals : all;
  const options = { ...values, most: values.most === undefined ? undefined : Number(values.most) };
  const unknown = names.filter((name) => !(name in BENCHMARKS));
  if (unknown.length > 0)
    throw new Error(`No benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHMARKS).join(', ')}.`);
  const failed: string[] = [];
  for (const name of names) {
    const benchmark = BENCHMARKS[name]!;
    const ablations = values.ablate ? benchmark.ablations : undefined;
    const parts = Object.entries({
      [name]: benchmark,
      ...(ablations && { [`${name}-ablations`]: ablations }),
    });
    for (const [part, each] of parts)
      // What one of them needs and does not find is nothing to the others.
      await runOne(part, each, options, Number(values.times)).catch((error: unknown) => {
        console.error(`${part}: ${error instanceof Error ? error.message : String(error)}`);
        failed.push(part);
      });
  }
  if (failed.length > 0) throw new Error(`Not measured: ${failed.join(', ')}.`);
}

async function runOne(
  name: string,
  benchmark: Benchmark,
  options: BenchmarkOptions,
  times: number,
): Promise<void> {
  const runs: (readonly Row[])[] = [];
  while (runs.length < times) {
    console.log(`\n${name}: ${benchmark.about}${times > 1 ? `, run ${runs.length + 1} of ${times}` : ''}`);
    runs.push(await benchmark.run(options));
    console.table(runs.at(-1)!.map(display));
  }
  const rows = rowsOfRuns(runs);
  mkdirSync(RESULTS, { recursive: true });
  const result: Result = {
    name,
    about: benchmark.about,
    at: new Date().toISOString(),
    machine: thisMachine(),
    rows,
  };
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  writeResultsPage(RESULTS);
  writePlots(PERFORMANCE, benchmark.plots ?? [], rows);
  writePerformancePage(`${PERFORMANCE}.md`, RESULTS);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
