import type { MemoryFilter, VectorQuery } from '../src/memory/memory';
import type { PostgresDatabase } from '../src/memory/postgres/database/postgres-database';
import { BareScan } from './bare-scan';
import { Benchmark, Row } from './benchmark';
import { readCorpus } from './corpus';
import { p95 } from './measure';
import { metadata, TENANTS } from './recall.bench';
import { fillTenants, searchAs, withDatabase, withRepository } from './tenant-database';

const GOAL = 'ratio <= 1.5';

/** Each question so often: of fast answers it takes more for a 95th percentile. */
const ROUNDS_AMONG_FEW = 6;
const FEW = 5_000;

/** Among so many, an answer is as much work as the search for it. */
const HARDLY_ANY = 100;

/** Answers that do not count: caches fill, statements are planned. */
const WARM_UP = 5;

const FILTERS: readonly (readonly [what: string, filter: MemoryFilter, goal?: string])[] = [
  ['all', {}],
  ['a project, 10 %', { projectId: 1 }],
  ['a session, 1 %', { sessionId: 7 }],
  ['a speaker, 50 %', { speaker: 'Bob' }],
  ['a kind of session, 20 %', { sessionType: 'call' }],
  ['an agent, 33 %', { agentId: 'seven' }],
  ['two types, 75 %', { contentTypes: ['conversation', 'reflection'] }],
  ['a time, nearly all', { occurredAfter: new Date(0), occurredBefore: new Date(8e12) }],
  // No index that a scan could read has metadata: what they take is told, not compared.
  ['metadata, 0.1 %', metadata('thousandth', 'eq', 7), ''],
  ['metadata, 50 %', metadata('tenths', 'gte', 5), ''],
  ['metadata that nothing has', metadata('tenths', 'gte', 10), ''],
];

export const sql: Benchmark = {
  about:
    'p95 of the statements of a search in PostgreSQL beside a bare index-only scan of the same user; 7,900 vectors are of real texts, the rest blends of two of them',
  run: async ({ locomo, database }) => {
    const corpus = await readCorpus(locomo, Math.max(...TENANTS.map(([, memories]) => memories)));
    return withDatabase(database, (url) =>
      withRepository(url, async (repository, postgres) => {
        await fillTenants(url, repository, corpus, TENANTS);
        const bare = new BareScan(url, 1);
        try {
          return await measure(postgres, bare, corpus.questions);
        } finally {
          await bare.end();
        }
      }),
    );
  },
};

async function measure(
  database: PostgresDatabase,
  bare: BareScan,
  questions: readonly Float32Array[],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [userId, memories] of TENANTS) {
    const indexed = memories > database.config.exactUpTo;
    const taken = FILTERS.map((): Taken => ({ searched: [], scanned: [], answered: [] }));
    // All filters in turns, each beside a scan: what disturbs the machine disturbs them all.
    for (const vector of [...questions.slice(0, WARM_UP), ...questionsFor(memories, questions)])
      for (const [n, [, filter]] of FILTERS.entries()) {
        const { searched, scanned, answered } = taken[n]!;
        searched.push(await searchMs(database, userId, { vector, filter, limit: 10 }, indexed));
        const times = await scanMs(bare, userId, vector);
        scanned.push(times.scanned);
        answered.push(times.scanned + times.read);
      }
    rows.push(...FILTERS.flatMap(([what, , goal], n) => rowsOf(memories, what, taken[n]!, goal)));
  }
  return rows;
}

/** In milliseconds, question by question. */
type Taken = Readonly<Record<'searched' | 'scanned' | 'answered', number[]>>;

function rowsOf(memories: number, filter: string, taken: Taken, goal = GOAL): Row[] {
  const of = (figures: readonly number[]) => p95(figures.slice(WARM_UP));
  const what = `${memories} memories, ${filter}`;
  const row = { unit: 'ms', measured: of(taken.searched), goal };
  const scan: Row = { ...row, what, limit: of(taken.scanned) };
  if (memories > HARDLY_ANY || goal === '') return [scan];
  return [scan, { ...row, what: `${what}, beside scan and answer`, limit: of(taken.answered) }];
}

function questionsFor(memories: number, questions: readonly Float32Array[]): Float32Array[] {
  return Array.from({ length: memories <= FEW ? ROUNDS_AMONG_FEW : 1 }, () => questions).flat();
}

/**
 * The statements of the service, from the first behind the beginning of the tenant's transaction to the last before its end.
 * What surrounds them is in `search-postgresql`.
 */
function searchMs(
  database: PostgresDatabase,
  userId: number,
  query: VectorQuery,
  indexed: boolean,
): Promise<number> {
  return database.withTenant(userId, async (connection) => {
    // The beginning is sent with the first statement.
    await connection.query('select');
    const started = performance.now();
    await searchAs(userId, connection, query, indexed);
    return performance.now() - started;
  });
}

/** The scan, and then what no scan does but every answer takes, whoever asks: ten memories read by their ids. */
async function scanMs(
  bare: BareScan,
  userId: number,
  vector: Float32Array,
): Promise<{ readonly scanned: number; readonly read: number }> {
  const started = performance.now();
  const ids = await bare.nearest(userId, vector);
  const found = performance.now();
  await bare.read(userId, ids);
  return { scanned: found - started, read: performance.now() - found };
}
