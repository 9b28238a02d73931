import type { MemoryFilter } from '../src/memory/memory';
import type { PostgresDatabase } from '../src/memory/postgres/database/postgres-database';
import { searchMemories } from '../src/memory/postgres/search/search-memories';
import { BareScan } from './bare-scan';
import { Benchmark, Row } from './benchmark';
import { readCorpus } from './corpus';
import { p95, timed } from './measure';
import { TENANTS } from './recall.bench';
import { fillTenants, withDatabase, withRepository } from './tenant-database';

const GOAL = 'ratio <= 1.5';

/** Questions by the memories of a user: as many as fit two minutes, over all users and filters. */
const QUESTIONS_AMONG_MANY = 40;
const ROUNDS_AMONG_FEW = 3;
const FEW = 5_000;

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
      const times: { searched: number[]; scanned: number[] } = { searched: [], scanned: [] };
      for (const vector of [...questions.slice(0, WARM_UP), ...questionsFor(memories, questions)]) {
        times.searched.push(await searchMs(database, userId, { vector, filter, limit: 10 }, indexed));
        times.scanned.push(await scanMs(bare, userId, vector));
      }
      rows.push({
        what: `${memories} memories, ${what}`,
        unit: 'ms',
        measured: p95(times.searched.slice(WARM_UP)),
        limit: p95(times.scanned.slice(WARM_UP)),
        goal: GOAL,
      });
    }
  rows.push(await readingRow(bare, TENANTS[0][0], questions));
  return rows;
}

function questionsFor(memories: number, questions: readonly Float32Array[]): Float32Array[] {
  return memories <= FEW
    ? Array.from({ length: ROUNDS_AMONG_FEW }, () => questions).flat()
    : questions.slice(0, QUESTIONS_AMONG_MANY);
}

/** As the service does it, from the first statement of the tenant's transaction to the last before its end. */
function searchMs(
  database: PostgresDatabase,
  userId: number,
  query: { vector: Float32Array; filter: MemoryFilter; limit: number },
  indexed: boolean,
): Promise<number> {
  return database.withTenant(userId, async (connection) => {
    const started = performance.now();
    const tenant = { connection, userId, now: new Date(), modelId: 1, copies: true };
    await searchMemories(tenant, query, indexed);
    return performance.now() - started;
  });
}

/** What a search takes besides finding, whoever asks: its ten memories, read. */
async function readingRow(bare: BareScan, userId: number, questions: readonly Float32Array[]): Promise<Row> {
  const times: number[] = [];
  for (const vector of questions) {
    const ids = await bare.nearest(userId, vector);
    await timed(times, () => bare.read(userId, ids))(vector);
  }
  return {
    what: 'ten memories read by their ids alone, which no scan does',
    unit: 'ms',
    measured: p95(times.slice(WARM_UP)),
    goal: '',
  };
}

async function scanMs(bare: BareScan, userId: number, vector: Float32Array): Promise<number> {
  const started = performance.now();
  await bare.nearest(userId, vector);
  return performance.now() - started;
}
