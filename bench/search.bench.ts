import { TransformersEmbedder } from '../src/embedding/transformers.embedder';
import { Api, withService } from './api';
import { Benchmark, BenchmarkOptions, Row } from './benchmark';
import { EMBEDDER_OPTIONS } from './embedder-options';
import { alternate, each, inPartsOf, median, p95, rateOf, timed } from './measure';
import { withDatabase } from './tenant-database';
import { realTexts } from './texts';

const ROUNDS = 5;
const MEMORIES = 5000;
/** Searches of one round. */
const QUESTIONS = 100;

const ABOUT = `searches over HTTP among ${MEMORIES} memories beside their questions embedded without a service`;

export const search: Benchmark = {
  about: `${ABOUT}, ChromaDB`,
  run: (options) => run(options, { MEMORY_BACKEND: 'chromadb' }),
};

export const searchPostgresql: Benchmark = {
  about: `${ABOUT}, PostgreSQL`,
  run: (options) =>
    withDatabase(options.database, (DATABASE_URL) =>
      run(options, { MEMORY_BACKEND: 'postgresql', DATABASE_URL }),
    ),
};

async function run(
  { locomo, url }: BenchmarkOptions,
  environment: Record<string, string>,
): Promise<readonly Row[]> {
  const embedder = new TransformersEmbedder(EMBEDDER_OPTIONS);
  await embedder.start();
  try {
    const texts = realTexts(MEMORIES, locomo);
    const cache = { EMBEDDING_CACHE_SIZE: String(EMBEDDER_OPTIONS.cacheSize) };
    return await withService(url, { ...environment, ...cache }, async (api) => {
      const memories = texts.map((content, n) => ({ content, external_id: `search ${n}` }));
      for (const part of inPartsOf(250, memories)) await api.post('store/batch', { memories: part });
      const rows = await measure(api, embedder, texts.slice(-QUESTIONS));
      return [...rows, ...memoryOf(api)];
    });
  } finally {
    await embedder.stop();
  }
}

async function measure(api: Api, embedder: TransformersEmbedder, questions: string[]): Promise<Row[]> {
  const times: { searched: number[]; embedded: number[] } = { searched: [], embedded: [] };
  const searched = (concurrency: number, times: number[] = []) =>
    round(questions, concurrency, times, (query) => api.post('search', { query, n_results: 10 }));
  const embedded = (concurrency: number, times: number[] = []) =>
    round(questions, concurrency, times, (question) => embedder.embedQuery(question));
  const one = await alternate(ROUNDS, searched(1, times.searched), embedded(1, times.embedded));
  const sixteen = await alternate(ROUNDS, searched(16), embedded(16));
  const [measured, limit] = [median(times.searched), median(times.embedded)];
  return [
    { what: 'one at a time', unit: 'searches/s', ...one, goal: 'ratio >= 0.7' },
    { what: '16 at a time', unit: 'searches/s', ...sixteen, goal: 'ratio >= 0.7' },
    {
      what: 'one search, median',
      unit: 'ms',
      measured,
      limit,
      goal: '< 10 ms, 1.5 ms and the search more than embedding',
    },
    {
      what: 'one search, p95',
      unit: 'ms',
      measured: p95(times.searched),
      limit: p95(times.embedded),
      goal: '',
    },
  ];
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
