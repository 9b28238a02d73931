import { Client } from 'pg';
import { Api, withService } from './api';
import { Benchmark, Row } from './benchmark';
import { onBothBackends } from './both-backends';
import { EMBEDDER_OPTIONS } from './embedder-options';
import { each, inPartsOf, sum } from './measure';
import { childrenTime, parentOf, threadTimes } from './processor-time';
import { vacuum } from './tenant-database';
import { realTexts } from './texts';

const EARLIER = 4_500;
/** Of each kind of request; the first ones warm up. */
const MEASURED = 600;
const BATCH = 100;

export const cost: Benchmark = {
  about: `processor time in ms of a request, by who takes it, among ${EARLIER} memories; all on the same cores`,
  run: ({ locomo, database }) =>
    onBothBackends(database, (backend, environment) => measure(backend, locomo, environment)),
};

async function measure(backend: string, locomo: string, environment: Record<string, string>): Promise<Row[]> {
  const texts = realTexts(EARLIER + MEASURED, locomo);
  const caches = { EMBEDDING_CACHE_SIZE: String(EMBEDDER_OPTIONS.cacheSize) };
  return withService(undefined, { ...environment, ...caches }, async (api) => {
    const store = (part: readonly string[]) => api.storeTexts(part);
    for (const part of inPartsOf(BATCH, texts.slice(0, EARLIER))) await store(part);
    const { DATABASE_URL: url } = environment;
    if (url) await vacuum(url);
    const server = url ? await serverOf(url) : api.pid!;
    const some = texts.slice(EARLIER);
    const search = (query: string) => api.post('search', { query, n_results: 10, mode: 'semantic' });
    const storeOne = (content: string) => api.post('store', { content });
    const works: readonly (readonly [string, () => Promise<void>])[] = [
      ['search, one at a time', () => each(some, 1, search)],
      ['search, 16 at a time', () => each(some, 16, search)],
      ['store, 16 at a time', () => each(some, 16, storeOne)],
      [`a memory in batches of ${BATCH}, two at a time`, () => each(inPartsOf(BATCH, some), 2, store)],
    ];
    const rows: Row[] = [];
    for (const [what, work] of works) {
      await work();
      rows.push({
        what: `${backend}: ${what}`,
        unit: '',
        measured: await costOf(api, server, work),
        goal: '',
      });
    }
    return rows;
  });
}

/** @param server whose children are the database. */
async function costOf(api: Api, server: number, work: () => Promise<void>): Promise<Record<string, number>> {
  const taken = () => ({
    threads: threadTimes(api.pid!),
    database: childrenTime(server),
    client: process.cpuUsage(),
    at: performance.now(),
  });
  const before = taken();
  await work();
  const after = taken();
  const threads = new Map([...after.threads].map(([id, ms]) => [id, ms - (before.threads.get(id) ?? 0)]));
  const main = threads.get(api.pid!)!;
  threads.delete(api.pid!);
  // Those of the model are the ones that have most to do.
  const others = [...threads.values()].sort((a, b) => b - a);
  const client = process.cpuUsage(before.client);
  const each = (ms: number) => ms / MEASURED;
  return {
    model: each(sum(others.slice(0, EMBEDDER_OPTIONS.threads))),
    'main thread': each(main),
    'other threads': each(sum(others.slice(EMBEDDER_OPTIONS.threads))),
    database: each(after.database - before.database),
    client: each((client.user + client.system) / 1_000),
    'a second': (MEASURED * 1_000) / (after.at - before.at),
  };
}

/** The process whose children answer. */
async function serverOf(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const server = parentOf(rows[0]!.pid)!;
  await client.end();
  return server;
}
