import { TransformersEmbedder } from '../src/embedding/transformers.embedder';
import type { SearchMode } from '../src/memory/hybrid/memory-search';
import { Api, withService } from './api';
import { BareScan } from './bare-scan';
import { BareServer } from './bare-server';
import { Benchmark, Row } from './benchmark';
import { EMBEDDER_OPTIONS } from './embedder-options';
import { alternate, each, inPartsOf, median, p95, rateOf, timed } from './measure';
import { vacuum, withDatabase } from './tenant-database';
import { realTexts } from './texts';

const ROUNDS = 5;
const MEMORIES = 5000;
/** Searches of one round. */
const QUESTIONS = 100;
const MOST_AT_ONCE = 16;

const ABOUT = `searches over HTTP among ${MEMORIES} memories beside their questions embedded without a service`;

/** The user of whoever names none. */
const USER = 1;

/** What a question takes at least. */
type Limit = (question: string) => Promise<unknown>;

export const search: Benchmark = {
  about: `${ABOUT}, ChromaDB`,
  run: ({ locomo, url }) =>
    withEmbedder((embedder) =>
      run(locomo, url, { MEMORY_BACKEND: 'chromadb' }, () => (question) => embedder.embedQuery(question)),
    ),
};

export const searchPostgresql: Benchmark = {
  about: `${ABOUT} and compared by a bare index-only scan, PostgreSQL`,
  run: ({ locomo, database }) =>
    withEmbedder((embedder) =>
      withDatabase(database, async (DATABASE_URL) => {
        const bare = new BareScan(DATABASE_URL, MOST_AT_ONCE);
        try {
          return await run(locomo, undefined, { MEMORY_BACKEND: 'postgresql', DATABASE_URL }, async () => {
            await vacuum(DATABASE_URL);
            return async (question) => bare.nearest(USER, await embedder.embedQuery(question));
          });
        } finally {
          await bare.end();
        }
      }),
    ),
};

async function withEmbedder<T>(work: (embedder: TransformersEmbedder) => Promise<T>): Promise<T> {
  const embedder = new TransformersEmbedder(EMBEDDER_OPTIONS);
  await embedder.start();
  try {
    return await work(embedder);
  } finally {
    await embedder.stop();
  }
}

/** @param stored what to measure beside, once the memories are there. */
async function run(
  locomo: string,
  url: string | undefined,
  environment: Record<string, string>,
  stored: () => Limit | Promise<Limit>,
): Promise<readonly Row[]> {
  const texts = realTexts(MEMORIES, locomo);
  const cache = { EMBEDDING_CACHE_SIZE: String(EMBEDDER_OPTIONS.cacheSize) };
  return withService(url, { ...environment, ...cache }, async (api) => {
    const memories = texts.map((content, n) => ({ content, external_id: `search ${n}` }));
    for (const part of inPartsOf(250, memories)) await api.post('store/batch', { memories: part });
    const [questions, limit] = [texts.slice(-QUESTIONS), await stored()];
    const rows = await measure(api, limit, questions);
    return [...rows, await bareExchange(api, limit, questions), ...memoryOf(api)];
  });
}

async function measure(api: Api, limit: Limit, questions: string[]): Promise<Row[]> {
  const times: Record<'searched' | 'limit' | 'hybrid' | 'semantic', number[]> = {
    searched: [],
    limit: [],
    hybrid: [],
    semantic: [],
  };
  const search = (mode: SearchMode, query: string) => api.post('search', searchFor(query, mode));
  const searched = (concurrency: number, times: number[] = []) =>
    round(questions, concurrency, times, (query) => search('semantic', query));
  const least = (concurrency: number, times: number[] = []) => round(questions, concurrency, times, limit);
  const one = await alternate(ROUNDS, searched(1, times.searched), least(1, times.limit));
  const many = await alternate(ROUNDS, searched(MOST_AT_ONCE), least(MOST_AT_ONCE));
  const inMode = (mode: 'hybrid' | 'semantic') =>
    round(questions, 1, times[mode], (query) => search(mode, query));
  await alternate(ROUNDS, inMode('hybrid'), inMode('semantic'));
  return [
    { what: 'one at a time, semantic', unit: 'searches/s', ...one, goal: 'ratio >= 0.7' },
    { what: `${MOST_AT_ONCE} at a time, semantic`, unit: 'searches/s', ...many, goal: 'ratio >= 0.7' },
    {
      what: 'one semantic search, median',
      unit: 'ms',
      measured: median(times.searched),
      limit: median(times.limit),
      goal: '< 10 ms, 1.5 ms and the search more than embedding',
    },
    {
      what: 'one semantic search, p95',
      unit: 'ms',
      measured: p95(times.searched),
      limit: p95(times.limit),
      goal: '',
    },
    {
      what: 'one hybrid search, median, beside a semantic one',
      unit: 'ms',
      measured: median(times.hybrid),
      limit: median(times.semantic),
      goal: 'at most 6 ms more',
    },
    {
      what: 'one hybrid search, p95, beside a semantic one',
      unit: 'ms',
      measured: p95(times.hybrid),
      limit: p95(times.semantic),
      goal: '',
    },
  ];
}

function searchFor(query: string, mode: SearchMode): object {
  return { query, n_results: 10, mode };
}

/** As many bytes as a search exchanges, with a server that does nothing else, when what a search waits for has just been done. */
async function bareExchange(api: Api, limit: Limit, questions: readonly string[]): Promise<Row> {
  const server = await BareServer.start(
    JSON.stringify(await api.post('search', searchFor(questions[0]!, 'semantic'))),
  );
  const times: number[] = [];
  const exchanged = timed(times, (question: string) => server.post(searchFor(question, 'semantic')));
  for (let n = 0; n < ROUNDS; n++)
    for (const question of questions) {
      await limit(question);
      await exchanged(question);
    }
  await server.stop();
  return {
    what: 'as many bytes to a server that does nothing and back, median',
    unit: 'ms',
    measured: median(times),
    goal: '',
  };
}

/** What the service and its children have resident now; nothing where it is not ours to look at. */
function memoryOf({ residentBytes: bytes }: Api): Row[] {
  if (bytes === undefined) return [];
  return [
    {
      what: 'resident, with the model and what the service has started',
      unit: 'MB',
      measured: bytes / 1e6,
      goal: '< 600 MB',
    },
  ];
}

/** One round: how many a second, noting the milliseconds of each. */
function round(
  questions: readonly string[],
  concurrency: number,
  times: number[],
  work: (question: string) => Promise<unknown>,
): () => Promise<number> {
  return () => rateOf(questions.length, () => each(questions, concurrency, timed(times, work)));
}
