import { withService } from './api';
import { Benchmark, Row } from './benchmark';
import { each, inPartsOf, inTurns, Round, rateOf } from './measure';
import { vacuum, withDatabase } from './tenant-database';
import { realTexts } from './texts';

const MEMORIES = 1_000;
const SIZES = [1, 2, 5, 10, 20];
const ROUNDS = 3;
/** Requests of one round: their texts are remembered, so that PostgreSQL and the service are what is waited for. */
const REQUESTS = 2_000;
const QUESTIONS = 50;
const CONCURRENCY = 64;

export const pool: Benchmark = {
  about: `semantic searches a second, ${CONCURRENCY} at a time, questions remembered, by the connections to PostgreSQL`,
  run: ({ locomo, database }) =>
    withDatabase(database, async (DATABASE_URL) => {
      const texts = realTexts(MEMORIES, locomo);
      const environment = { MEMORY_BACKEND: 'postgresql', DATABASE_URL };
      await withService(undefined, environment, async (api) => {
        for (const part of inPartsOf(250, texts)) await api.storeTexts(part);
      });
      await vacuum(DATABASE_URL);
      return measure(environment, texts.slice(0, QUESTIONS), []);
    }),
};

/** One service for each size, all at once, asked in turns. */
async function measure(
  environment: Record<string, string>,
  questions: readonly string[],
  rounds: readonly Round[],
): Promise<Row[]> {
  const size = SIZES[rounds.length];
  if (size === undefined)
    return (await inTurns(ROUNDS, rounds)).map((measured, n) => ({
      what: `${SIZES[n]} connections`,
      unit: 'searches/s',
      measured,
      goal: '',
    }));
  return withService(undefined, { ...environment, DATABASE_POOL_SIZE: String(size) }, (api) => {
    const asked = Array.from({ length: REQUESTS }, (_, n) => questions[n % questions.length]!);
    const search = (query: string) => api.post('search', { query, n_results: 10, mode: 'semantic' });
    return measure(environment, questions, [
      ...rounds,
      () => rateOf(REQUESTS, () => each(asked, CONCURRENCY, search)),
    ]);
  });
}
