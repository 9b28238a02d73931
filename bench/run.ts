import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { auth } from './auth.bench';
import { Benchmark, BenchmarkOptions } from './benchmark';
import { bulk } from './bulk.bench';
import { embed } from './embed.bench';
import { fairness } from './fairness.bench';
import { locomo } from './locomo.bench';
import { memory } from './memory.bench';
import { migrate } from './migrate.bench';
import { original } from './original.bench';
import { writePerformancePage, writePlots } from './performance-page';
import { recall } from './recall.bench';
import { display, Result, writeResultsPage } from './results-table';
import { scaleConcurrency, scaleMemories, scaleTenants } from './scale.bench';
import { search, searchPostgresql } from './search.bench';
import { sql } from './sql.bench';
import { start } from './start.bench';
import { store } from './store.bench';

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  embed,
  store,
  search,
  'search-postgresql': searchPostgresql,
  recall,
  sql,
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

/** `npm run bench -- [NAME ...] [--locomo FILE] [--url URL] [--database URL] [--most N] [--ablate]` */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      locomo: { type: 'string', default: resolve(__dirname, '../../shared/data/locomo/dev.json') },
      url: { type: 'string' },
      database: { type: 'string' },
      most: { type: 'string' },
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
  for (const name of names) {
    const benchmark = BENCHMARKS[name]!;
    await runOne(name, benchmark, options);
    if (values.ablate && benchmark.ablations) await runOne(`${name}-ablations`, benchmark.ablations, options);
  }
}

async function runOne(name: string, benchmark: Benchmark, options: BenchmarkOptions): Promise<void> {
  console.log(`\n${name}: ${benchmark.about}`);
  const rows = await benchmark.run(options);
  console.table(rows.map(display));
  mkdirSync(RESULTS, { recursive: true });
  const machine = { node: process.version, cores: availableParallelism() };
  const result: Result = { name, about: benchmark.about, at: new Date().toISOString(), machine, rows };
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  writeResultsPage(RESULTS);
  writePlots(PERFORMANCE, benchmark.plots ?? [], rows);
  writePerformancePage(`${PERFORMANCE}.md`, RESULTS);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
