import { setTimeout as delay } from 'node:timers/promises';
import { Api, withService } from './api';
import { Benchmark, Row } from './benchmark';
import { onBothBackends } from './both-backends';
import { each, inPartsOf, median, p95, timed } from './measure';
import { StoreStream } from './store-stream';
import { realTexts } from './texts';

const MEMORIES = 1_000;
/** Stored again and again beside the searches, in batches of 100, two at a time: the model never rests. */
const STREAMED = 2_000;
const BATCH = 100;
const STREAMS = 2;

const ROUNDS = 5;
/** Searches of one round, one after the other, each with a question that was not asked before. */
const QUESTIONS = 40;
/** How long the stream of a round has the service for itself. */
const UNDISTURBED_MS = 2_000;

/** Who searches, and who stores meanwhile: what is searched stays the same. */
const [SEARCHER, WRITER] = [771_001, 771_002];

export const fairness: Benchmark = {
  about: `a hybrid search while batches of ${BATCH} are stored without a pause beside a search alone, in turns`,
  run: ({ locomo, database }) =>
    onBothBackends(database, (backend, environment) => measure(backend, locomo, environment)),
};

async function measure(backend: string, locomo: string, environment: Record<string, string>): Promise<Row[]> {
  const texts = realTexts(MEMORIES + STREAMED, locomo);
  return withService(undefined, { ...environment, EMBEDDING_CACHE_SIZE: '0' }, async (api) => {
    for (const part of inPartsOf(BATCH, texts.slice(0, MEMORIES))) await api.storeTexts(part, SEARCHER);
    const stream = new StoreStream(api, WRITER, inPartsOf(BATCH, texts.slice(MEMORIES)));
    const times = { beside: [] as number[], alone: [] as number[] };
    const rates = { beside: [] as number[], alone: [] as number[] };
    for (let round = 0; round <= ROUNDS; round++) {
      const questions = texts.slice(round * QUESTIONS, (round + 1) * QUESTIONS);
      const alone = await search(api, questions);
      stream.start(STREAMS);
      const storedAlone = await stream.rateDuring(() => delay(UNDISTURBED_MS));
      const beside: number[] = [];
      const storedBeside = await stream.rateDuring(async () =>
        beside.push(...(await search(api, questions))),
      );
      await stream.stop();
      // The first round warms up.
      if (round === 0) continue;
      times.alone.push(...alone);
      times.beside.push(...beside);
      rates.alone.push(storedAlone);
      rates.beside.push(storedBeside);
    }
    return rowsOf(backend, times, rates);
  });
}

type InTurns = Readonly<Record<'beside' | 'alone', readonly number[]>>;

function rowsOf(backend: string, times: InTurns, rates: InTurns): Row[] {
  const search = (what: string, of: (figures: readonly number[]) => number, goal: string): Row => ({
    what: `${backend}: a search, ${what}`,
    unit: 'ms',
    measured: of(times.beside),
    limit: of(times.alone),
    goal,
  });
  return [
    search('p95', p95, 'ratio <= 3'),
    search('median', median, ''),
    {
      what: `${backend}: stored beside searches without a pause, and without them`,
      unit: 'memories/s',
      measured: median(rates.beside),
      limit: median(rates.alone),
      goal: '',
    },
  ];
}

/** One after the other; the milliseconds of each. */
async function search(api: Api, questions: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  const ask = timed(times, (query: string) =>
    api.post('search', { query, n_results: 10, user_id: SEARCHER }),
  );
  await each(questions, 1, ask);
  return times;
}
