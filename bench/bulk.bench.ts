import type { EmbeddedMemory } from '../src/memory/memory';
import { Benchmark, Row } from './benchmark';
import { readCorpus } from './corpus';
import { inPartsOf, rateOf } from './measure';
import { numberedMemory, withDatabase, withRepository } from './tenant-database';

/** Memories that a user stores, in batches of these sizes. */
const MEMORIES = 20_000;
/** So many before, which do not count: connections are made, functions compiled. */
const WARM_UP = 2_000;
const BATCHES = [100, 500, 1_000];

/** Far from the users of other benchmarks in the same database. */
const FIRST_USER = 1_000;

export const bulk: Benchmark = {
  about:
    'memories stored at the port of PostgreSQL with their vectors, one batch after the other; 7,900 vectors are of real texts, the rest blends of two of them',
  run: async ({ locomo, database }) => {
    const corpus = await readCorpus(locomo, WARM_UP + MEMORIES);
    return withDatabase(database, (url) =>
      withRepository(url, async (repository) => {
        const rows: Row[] = [];
        for (const [i, size] of BATCHES.entries()) {
          const userId = FIRST_USER + i;
          const tenth = await repository.ensureProject(userId, 'Tenth');
          const memories = Array.from({ length: WARM_UP + MEMORIES }, (_, n) =>
            numberedMemory(corpus, n, tenth),
          );
          const store = async (some: readonly EmbeddedMemory[]) => {
            for (const batch of inPartsOf(size, some)) await repository.store(userId, batch);
          };
          await store(memories.slice(0, WARM_UP));
          const measured = await rateOf(MEMORIES, () => store(memories.slice(WARM_UP)));
          rows.push({ what: `in batches of ${size}`, unit: 'memories/s', measured, goal: '>= 5000' });
          await repository.deleteMatching(userId, {}, { dryRun: false });
        }
        return rows;
      }),
    );
  },
};
