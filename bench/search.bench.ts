import type { LocalEmbedder } from '../src/embedding/local.embedder';
import type { SearchMode } from '../src/memory/hybrid/memory-search';
import { Api, withService } from './api';
import { BareCollection } from './bare-collection';
import { BareScan } from './bare-scan';
import { BareServer } from './bare-server';
import { Benchmark, Row } from './benchmark';
import { EMBEDDER_OPTIONS } from './embedder-options';
import { alternate, each, inPartsOf, inTurns, median, p95, rateOf, Round, timed } from './measure';
import { vacuum, withDatabase } from './tenant-database';
import { realQuestions, realTexts } from './texts';
import { withEmbedder } from './with-embedder';

const ROUNDS = 5;
const MEMORIES = 5000;
/** Searches of one round. */
const TEXTS = 100;
/** Rounds before the first that counts: V8 compiles what a search goes through while the first thousands are answered. */
const WARM_UP = 20;
const MOST_AT_ONCE = 16;

const ABOUT = `searches over HTTP among ${MEMORIES} memories`;

/** The user of whoever names none. */
const USER = 1;

/** What is done with a text. */
type Work = (text: string) => Promise<unknown>;

/** What a search consists of at least. */
interface Parts {
  readonly embed: (text: string) => Promise<Float32Array>;
  readonly nearest: (vector: Float32Array) => Promise<unknown>;
}

export const search: Benchmark = {
  about: `${ABOUT} beside their questions embedded without a service and compared by ChromaDB's own query, ChromaDB`,
  run: ({ locomo, url }) =>
    withEmbedder((embedder) =>
      run(locomo, url, { MEMORY_BACKEND: 'chromadb' }, embedder, async (texts, work) => {
        const chunks = await embedder.embedTexts(texts);
        const bare = await BareCollection.start(chunks.map(([first]) => first!));
        try {
          return await work((vector) => bare.nearest(vector));
        } finally {
          await bare.stop();
        }
      }),
    ),
};

export const searchPostgresql: Benchmark = {
  about: `${ABOUT} beside their questions embedded without a service and compared by a bare index-only scan, PostgreSQL`,
  run: ({ locomo, database }) =>
    withEmbedder((embedder) =>
      withDatabase(database, (DATABASE_URL) =>
        run(locomo, undefined, { MEMORY_BACKEND: 'postgresql', DATABASE_URL }, embedder, async (_, work) => {
          await vacuum(DATABASE_URL);
          const bare = new BareScan(DATABASE_URL, MOST_AT_ONCE);
          try {
            return await work((vector) => bare.nearest(USER, vector));
          } finally {
            await bare.end();
          }
        }),
      ),
    ),
};

/** Works with the comparison of a search among `texts`, once the service has these. */
type WithNearest = (
  texts: readonly string[],
  work: (nearest: Parts['nearest']) => Promise<readonly Row[]>,
) => Promise<readonly Row[]>;

async function run(
  locomo: string,
  url: string | undefined,
  environment: Record<string, string>,
  embedder: LocalEmbedder,
  withNearest: WithNearest,
): Promise<readonly Row[]> {
  const texts = realTexts(MEMORIES, locomo);
  const cache = { EMBEDDING_CACHE_SIZE: String(EMBEDDER_OPTIONS.cacheSize) };
  return withService(url, { ...environment, ...cache }, async (api) => {
    const memories = texts.map((content, n) => ({ content, external_id: `search ${n}` }));
    for (const part of inPartsOf(250, memories)) await api.post('store/batch', { memories: part });
    return withNearest(texts, async (nearest) => {
      const parts: Parts = { embed: (text) => embedder.embedQuery(text), nearest };
      const messages = texts.slice(-TEXTS);
      const least = leastOf(parts);
      await warmUp(
        round(messages, MOST_AT_ONCE, searchFor(api, 'semantic')),
        round(messages, MOST_AT_ONCE, least),
      );
      const rows = await measure(api, parts, 'messages', messages);
      // A third as long as what people say.
      const questions = realQuestions(TEXTS, locomo);
      if (questions) rows.push(...(await measure(api, parts, 'questions', questions)));
      return [...rows, await bareExchange(api, least, messages), ...memoryOf(api)];
    });
  });
}

type Figures = readonly [
  what: string,
  unit: string,
  measured: number,
  limit: number | undefined,
  goal: string,
];

async function measure(api: Api, parts: Parts, asked: string, texts: readonly string[]): Promise<Row[]> {
  const figures = [
    ...(await searchedSingly(api, parts, texts)),
    ...(await searchedTogether(api, parts, texts)),
    ...(await searchedByWords(api, texts)),
  ];
  return figures.map(([what, unit, measured, limit, goal]) => ({
    what: `${asked}, ${what}`,
    unit,
    measured,
    limit,
    goal,
  }));
}

async function searchedSingly(api: Api, parts: Parts, texts: readonly string[]): Promise<Figures[]> {
  const times = { searched: [] as number[], least: [] as number[] };
  const figures = await rates(api, parts, texts, 1, times);
  const medians = [median(times.searched), median(times.least)] as const;
  return [
    ...figures,
    ['one semantic, median', 'ms', ...medians, ''],
    ['one semantic, what the service adds', 'ms', medians[0] - medians[1], undefined, '< 1.5 ms'],
    ['one semantic, p95', 'ms', p95(times.searched), p95(times.least), ''],
  ];
}

async function searchedTogether(api: Api, parts: Parts, texts: readonly string[]): Promise<Figures[]> {
  await api.eventLoopP99();
  const figures = await rates(api, parts, texts, MOST_AT_ONCE);
  const late = `${MOST_AT_ONCE} at a time, semantic, event loop of the service, p99, 10 ms at rest`;
  return [...figures, [late, 'ms', await api.eventLoopP99(), undefined, '']];
}

/** Searches beside their parts one after the other, and beside the slower of them alone, all in turns. */
async function rates(
  api: Api,
  parts: Parts,
  texts: readonly string[],
  concurrency: number,
  times: { readonly searched?: number[]; readonly least?: number[] } = {},
): Promise<Figures[]> {
  const vector = await parts.embed(texts[0]!);
  const [measured, together, ...alone] = await inTurns(ROUNDS, [
    round(texts, concurrency, searchFor(api, 'semantic'), times.searched),
    round(texts, concurrency, leastOf(parts), times.least),
    round(texts, concurrency, parts.embed),
    round(texts, concurrency, () => parts.nearest(vector)),
  ]);
  const what = `${concurrency === 1 ? 'one' : concurrency} at a time, semantic`;
  const slower = `${what}, beside the slower part alone`;
  return [
    [what, 'searches/s', measured!, together, 'ratio >= 0.7'],
    [slower, 'searches/s', measured!, Math.min(...alone), 'ratio >= 0.7'],
  ];
}

function leastOf({ embed, nearest }: Parts): Work {
  return async (text) => nearest(await embed(text));
}

async function searchedByWords(api: Api, texts: readonly string[]): Promise<Figures[]> {
  const times = { hybrid: [] as number[], semantic: [] as number[] };
  await alternate(
    ROUNDS,
    round(texts, 1, searchFor(api, 'hybrid'), times.hybrid),
    round(texts, 1, searchFor(api, 'semantic'), times.semantic),
  );
  const what = 'one hybrid beside a semantic one';
  return [
    [`${what}, median`, 'ms', median(times.hybrid), median(times.semantic), 'at most 6 ms more'],
    [`${what}, p95`, 'ms', p95(times.hybrid), p95(times.semantic), ''],
  ];
}

async function warmUp(...rounds: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (let n = 0; n < WARM_UP; n++) for (const round of rounds) await round();
}

function searchFor(api: Api, mode: SearchMode): Work {
  return (query) => api.post('search', bodyOf(query, mode));
}

function bodyOf(query: string, mode: SearchMode): object {
  return { query, n_results: 10, mode };
}

/** As many bytes as a search exchanges, with a server that does nothing else, when what a search waits for has just been done. */
async function bareExchange(api: Api, least: Work, texts: readonly string[]): Promise<Row> {
  const server = await BareServer.start(
    JSON.stringify(await api.post('search', bodyOf(texts[0]!, 'semantic'))),
  );
  const times: number[] = [];
  const exchanged = timed(times, (text: string) => server.post(bodyOf(text, 'semantic')));
  for (let n = 0; n < ROUNDS; n++)
    for (const text of texts) {
      await least(text);
      await exchanged(text);
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
function round(texts: readonly string[], concurrency: number, work: Work, times: number[] = []): Round {
  return () => rateOf(texts.length, () => each(texts, concurrency, timed(times, work)));
}
