import { Benchmark, Row } from './benchmark';
import { readCorpus } from './corpus';
import { inPartsOf, rateOf } from './measure';
import { numberedMemory, withDatabase, withRepository } from './tenant-database';

/** Memories that a user stores, in batches of these sizes. */
const MEMORIES = 20_000;
const BATCHES = [100, 500, 1_000];

/** Far from the users of other benchmarks in the same database. */
const FIRST_USER = 1_000;

export const bulk: Benchmark = {
  about: 'memories stored at the port of PostgreSQL with their vectors, one batch after the other',
  run: async ({ locomo, database }) => {
    const corpus = await readCorpus(locomo, MEMORIES);
    return withDatabase(database, (url) =>
      withRepository(url, async (repository) => {
        const rows: Row[] = [];
        for (const [i, size] of BATCHES.entries()) {
          const userId = FIRST_USER + i;
          const tenth = await repository.ensureProject(userId, 'Tenth');
          const memories = Array.from({ length: MEMORIES }, (_, n) => numberedMemory(corpus, n, tenth));
          const measured = await rateOf(MEMORIES, async () => {
            for (const batch of inPartsOf(size, memories)) await repository.store(userId, batch);
          });
          rows.push({ what: `in batches of ${size}`, unit: 'memories/s', measured, goal: '>= 5000' });
          await repository.deleteMatching(userId, {}, { dryRun: false });
        }
        return rows;
      }),
    );
  },
};
