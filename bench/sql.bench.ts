import type { MemoryFilter } from '../src/memory/memory';
import type { PostgresDatabase } from '../src/memory/postgres/database/postgres-database';
import { searchMemories } from '../src/memory/postgres/search/search-memories';
import { BareScan } from './bare-scan';
import { Benchmark, Row } from './benchmark';
import { readCorpus } from './corpus';
import { p95 } from './measure';
import { TENANTS } from './recall.bench';
import { fillTenants, withDatabase, withRepository } from './tenant-database';

const GOAL = 'ratio <= 1.5';

/** Questions by the memories of a user: as many as fit two minutes, over all users and filters. */
const QUESTIONS_AMONG_MANY = 40;
const ROUNDS_AMONG_FEW = 3;
const FEW = 5_000;

/** Among so many, an answer is as much work as the search for it. */
const HARDLY_ANY = 100;

/** Of more, a search by the first three filters. */
const MOST_FILTERED = 50_000;

/** Answers that do not count: caches fill, statements are planned. */
const WARM_UP = 5;

const FILTERS: readonly (readonly [what: string, filter: MemoryFilter])[] = [
  ['all', {}],
  ['a project, 10 %', { projectId: 1 }],
  ['a session, 1 %', { sessionId: 7 }],
  ['a speaker, 50 %', { speaker: 'Bob' }],
  ['a time, nearly all', { occurredAfter: new Date(0), occurredBefore: new Date(8e12) }],
];

export const sql: Benchmark = {
  about: 'p95 of the statements of a search in PostgreSQL beside a bare index-only scan of the same user',
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
  for (const [userId, memories] of TENANTS)
    for (const [what, filter] of memories <= MOST_FILTERED ? FILTERS : FILTERS.slice(0, 3)) {
      const indexed = memories > database.config.exactUpTo;
      const times = { searched: [] as number[], scanned: [] as number[], answered: [] as number[] };
      for (const vector of [...questions.slice(0, WARM_UP), ...questionsFor(memories, questions)]) {
        times.searched.push(await searchMs(database, userId, { vector, filter, limit: 10 }, indexed));
        const { scanned, read } = await scanMs(bare, userId, vector);
        times.scanned.push(scanned);
        times.answered.push(scanned + read);
      }
      const of = (figures: readonly number[]) => p95(figures.slice(WARM_UP));
      const row = { what: `${memories} memories, ${what}`, unit: 'ms', measured: of(times.searched) };
      rows.push({ ...row, limit: of(times.scanned), goal: GOAL });
      if (memories <= HARDLY_ANY)
        rows.push({
          ...row,
          what: `${row.what}, beside scan and answer`,
          limit: of(times.answered),
          goal: GOAL,
        });
    }
  return rows;
}

function questionsFor(memories: number, questions: readonly Float32Array[]): Float32Array[] {
  return memories <= FEW
    ? Array.from({ length: ROUNDS_AMONG_FEW }, () => questions).flat()
    : questions.slice(0, QUESTIONS_AMONG_MANY);
}

/** As the service does it, from the first statement behind the beginning of the tenant's transaction to the last before its end. */
function searchMs(
  database: PostgresDatabase,
  userId: number,
  query: { vector: Float32Array; filter: MemoryFilter; limit: number },
  indexed: boolean,
): Promise<number> {
  return database.withTenant(userId, async (connection) => {
    // The beginning is sent with the first statement.
    await connection.query('select');
    const started = performance.now();
    const tenant = { connection, userId, now: new Date(), modelId: 1, copies: true };
    await searchMemories(tenant, query, indexed);
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
