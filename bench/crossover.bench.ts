import type { PostgresDatabase } from '../src/memory/postgres/database/postgres-database';
import { Benchmark, Row } from './benchmark';
import { Corpus, readCorpus } from './corpus';
import { each, median, p95, timed } from './measure';
import { fillTenants, searchAs, withDatabase, withRepository } from './tenant-database';

/** Of one user each. All have an index here, however few they have. */
const TENANTS = [
  [11, 10_000],
  [12, 25_000],
  [13, 50_000],
  [14, 100_000],
] as const;
const EXACT_UP_TO = 1_000;

/** Answers that do not count: caches fill, statements are planned. */
const WARM_UP = 5;

export const crossover: Benchmark = {
  about: 'one search in PostgreSQL exactly and by an approximate index, and what it takes to build that',
  run: async ({ locomo, database }) => {
    const corpus = await readCorpus(locomo, Math.max(...TENANTS.map(([, memories]) => memories)));
    return withDatabase(database, async (url) => {
      const rows: Row[] = [];
      for (const tenant of TENANTS) rows.push(await measure(url, corpus, tenant));
      return rows;
    });
  },
};

async function measure(
  url: string,
  corpus: Corpus,
  tenant: readonly [userId: number, memories: number],
): Promise<Row> {
  const [userId, memories] = tenant;
  await withRepository(url, (repository) => fillTenants(url, repository, corpus, [tenant]), {
    exactUpTo: memories,
  });
  return withRepository(
    url,
    async (repository, database) => {
      const started = performance.now();
      await repository.keepIndexes();
      const built = (performance.now() - started) / 1_000;
      const exact = await times(database, corpus.questions, userId, false);
      const indexed = await times(database, corpus.questions, userId, true);
      return {
        what: `${memories.toLocaleString('en')} memories`,
        unit: '',
        measured: {
          'exact, median ms': median(exact),
          'exact, p95 ms': p95(exact),
          'index, median ms': median(indexed),
          'index, p95 ms': p95(indexed),
          'seconds to build it': built,
        },
        goal: '',
      };
    },
    { exactUpTo: EXACT_UP_TO },
  );
}

/** Milliseconds of each question's search, once the first have been answered. */
async function times(
  database: PostgresDatabase,
  questions: readonly Float32Array[],
  userId: number,
  indexed: boolean,
): Promise<number[]> {
  const taken: number[] = [];
  const search = timed(taken, (vector: Float32Array) =>
    database.withTenant(userId, (connection) =>
      searchAs(userId, connection, { vector, filter: {}, limit: 10 }, indexed),
    ),
  );
  await each([...questions.slice(0, WARM_UP), ...questions], 1, search);
  return taken.slice(WARM_UP);
}
