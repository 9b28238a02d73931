import type { Benchmark, PlotOfRows, Row } from './benchmark';
import { withService } from './api';
import { readCorpus } from './corpus';
import { each, inPartsOf, median, p95, sum, timed } from './measure';
import { addMemories, measureAt, relationBytes } from './scale-database';
import { vacuum, withDatabase, withRepository } from './tenant-database';
import { realTexts } from './texts';

/** Without `--most`. */
const MEMORIES_AT_MOST = 1_000_000;
const TENANTS_AT_MOST = 10_000;

/** Of the user who is measured, and of each other. */
const MEASURED_MEMORIES = 1_000;
const SMALL_TENANT = 10;

const SEARCHED_MEMORIES = 2_000;
const CONCURRENCIES = [1, 2, 4, 8, 16, 32, 64];
/** Searches of a round. */
const QUESTIONS = 400;

const MS_BY = (label: string): Pick<PlotOfRows, 'x' | 'y'> => ({
  x: { label, logarithmic: true },
  y: { label: 'ms', logarithmic: true },
});

export const scaleMemories: Benchmark = {
  about: `search and store of a user of ${MEASURED_MEMORIES} memories in PostgreSQL while others' grow`,
  plots: [{ file: 'memories', title: 'As memories grow, of all users', ...MS_BY('memories in all') }],
  run: ({ locomo, database, most = MEMORIES_AT_MOST }) =>
    grow(locomo, database, async ({ url, repository, corpus }) => {
      const rows: Row[] = [];
      let total = 0;
      for (const size of powersOfTen(MEASURED_MEMORIES, most)) {
        for (; total < size; total += MEASURED_MEMORIES)
          await addMemories(repository, 1 + total / MEASURED_MEMORIES, corpus, 0, MEASURED_MEMORIES);
        rows.push(...(await measureAt(size, 'memories', { url, repository, corpus }, 1)));
      }
      return [...rows, ...sizeRows(await relationBytes(url), total)];
    }),
};

export const scaleTenants: Benchmark = {
  about: `search and store of a user of ${SMALL_TENANT} memories in PostgreSQL while users come`,
  plots: [{ file: 'tenants', title: `As users come, ${SMALL_TENANT} memories each`, ...MS_BY('users') }],
  run: ({ locomo, database, most = TENANTS_AT_MOST }) =>
    grow(locomo, database, async ({ url, repository, corpus }) => {
      const rows: Row[] = [];
      let tenants = 0;
      for (const size of powersOfTen(10, most)) {
        for (; tenants < size; tenants++) await addMemories(repository, 1 + tenants, corpus, 0, SMALL_TENANT);
        rows.push(...(await measureAt(size, 'users', { url, repository, corpus }, 1)));
      }
      return rows;
    }),
};

export const scaleConcurrency: Benchmark = {
  about: `hybrid searches over HTTP among ${SEARCHED_MEMORIES} memories in PostgreSQL, from one to ${CONCURRENCIES.at(-1)} at a time`,
  plots: [
    {
      file: 'concurrency-rate',
      title: 'Hybrid searches in a second, questions embedded',
      x: { label: 'at a time', logarithmic: true },
      y: { label: 'searches/s' },
      unit: 'searches/s',
    },
    { file: 'concurrency-latency', title: 'What a hybrid search waits', ...MS_BY('at a time'), unit: 'ms' },
  ],
  run: ({ locomo, database }) =>
    withDatabase(database, (DATABASE_URL) => {
      const environment = { MEMORY_BACKEND: 'postgresql', DATABASE_URL, EMBEDDING_CACHE_SIZE: '0' };
      return withService(undefined, environment, async (api) => {
        const texts = realTexts(SEARCHED_MEMORIES, locomo);
        for (const part of inPartsOf(250, texts)) await api.storeTexts(part);
        await vacuum(DATABASE_URL);
        const search = (query: string) => api.post('search', { query, n_results: 10 });
        await each(texts.slice(-100), 4, search);
        const rows: Row[] = [];
        for (const at of CONCURRENCIES) rows.push(...(await searchAt(at, texts.slice(0, QUESTIONS), search)));
        return rows;
      });
    }),
};

/** One point of each curve. */
async function searchAt(
  concurrency: number,
  questions: readonly string[],
  search: (query: string) => Promise<unknown>,
): Promise<Row[]> {
  const times: number[] = [];
  const started = performance.now();
  await each(questions, concurrency, timed(times, search));
  const seconds = (performance.now() - started) / 1_000;
  const row = (curve: string, unit: string, measured: number): Row => ({
    what: `${concurrency} at a time: ${curve}`,
    unit,
    measured,
    goal: '',
    point: { curve, x: concurrency },
  });
  return [
    row('searches', 'searches/s', questions.length / seconds),
    row('median', 'ms', median(times)),
    row('p95', 'ms', p95(times)),
  ];
}

/** Bytes on disk for each memory: all, and of every relation that takes a whole one. */
function sizeRows(relations: Awaited<ReturnType<typeof relationBytes>>, memories: number): Row[] {
  const row = (what: string, bytes: number): Row => ({
    what: `on disk for each memory, ${what}`,
    unit: 'bytes',
    measured: bytes / memories,
    goal: '',
  });
  const all = sum(relations.map(({ bytes }) => bytes));
  const large = relations.filter(({ bytes }) => bytes >= memories);
  return [row('all', all), ...large.map(({ relation, bytes }) => row(relation, bytes))];
}

type Database = Parameters<typeof measureAt>[2];

async function grow(
  locomo: string,
  database: string | undefined,
  work: (database: Database) => Promise<Row[]>,
): Promise<Row[]> {
  const corpus = await readCorpus(locomo, MEASURED_MEMORIES);
  return withDatabase(database, (url) =>
    withRepository(url, (repository) => work({ url, repository, corpus })),
  );
}

function powersOfTen(first: number, most: number): number[] {
  const steps = Math.floor(Math.log10(most / first) + 1e-9);
  return Array.from({ length: steps + 1 }, (_, n) => first * 10 ** n);
}
