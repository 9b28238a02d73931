import { join } from 'node:path';
import { ServiceProcess } from '../test/support/service-process';
import { Api } from './api';
import { Benchmark, Row } from './benchmark';
import { each, inPartsOf, median } from './measure';
import { realTexts } from './texts';
import { withDatabase } from './tenant-database';

const REQUESTS = 100_000;
/** After so many the memory is looked at. */
const SAMPLE = 1_000;
/** So many samples are one row of the table. */
const PART = 10;
const CONCURRENCY = 4;

/** Parts until caches are full, the optimising compiler is done and the allocator has its shape. */
const WARM_UP = 2;

const TEXTS = 5_000;

export const memory: Benchmark = {
  about: `memory that the service on PostgreSQL holds after collecting garbage, over ${REQUESTS} requests: stores, searches, lists, deletes`,
  run: ({ locomo, database }) => {
    const texts = realTexts(TEXTS, locomo);
    return withDatabase(database, async (DATABASE_URL) => {
      const NODE_OPTIONS = `--expose-gc --require ${join(__dirname, 'collect-garbage.js')}`;
      const service = await ServiceProcess.start({
        MEMORY_BACKEND: 'postgresql',
        DATABASE_URL,
        NODE_OPTIONS,
      });
      try {
        return await measure(service, texts);
      } finally {
        await service.stop();
      }
    });
  },
};

async function measure(service: ServiceProcess, texts: readonly string[]): Promise<Row[]> {
  const url = await service.url();
  const api = new Api(url);
  const samples: number[] = [];
  for (let start = 0; start < REQUESTS; start += SAMPLE) {
    const numbers = Array.from({ length: SAMPLE }, (_, i) => start + i);
    await each(numbers, CONCURRENCY, (n) => request(api, n, texts));
    samples.push(await heldMegabytes(service, url));
  }
  const requests = (parts: number) => parts * PART * SAMPLE;
  return [
    ...inPartsOf(PART, samples).map((part, i) => ({
      what: `median of the ${requests(1)} requests to ${requests(i + 1)}`,
      unit: 'MB',
      measured: median(part),
      goal: '',
    })),
    {
      what: `growth per ${requests(1)} requests, after the first ${requests(WARM_UP)}`,
      unit: 'MB',
      measured: PART * slopeOf(samples.slice(WARM_UP * PART)),
      goal: '< 1 MB',
    },
  ];
}

/** Of ten: six searches, half of them with questions that were not asked before, two stores, a list and a delete. */
async function request(api: Api, n: number, texts: readonly string[]): Promise<void> {
  const text = texts[(n * 7) % texts.length]!;
  switch (n % 10) {
    case 0:
    case 1:
      await api.post('store', { content: text, external_id: `key ${n % 5_000}`, metadata: { n: n % 100 } });
      return;
    case 2:
      await api.list('limit=20');
      return;
    case 3:
      await api.post('delete', { filter: { metadata_filter: { n: (n - 3) % 100 } } });
      return;
    default:
      await api.post('search', {
        query: n % 2 === 0 ? texts[n % 100]! : `${n} ${text}`.slice(0, 200),
        n_results: 10,
        ...(n % 3 === 0 ? { metadata_filter: { n: { $gte: 50 } } } : {}),
      });
  }
}

/** Resident when the garbage is collected: before, the heap varies by 100 MB, at V8's discretion. */
async function heldMegabytes(service: ServiceProcess, url: string): Promise<number> {
  service.kill('SIGUSR2');
  // The signal comes before the request that is sent after it, or at most one sample late.
  await fetch(`${url}/health/live`);
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\d+)$/m.exec(text)![1]) / 2 ** 20;
}

/** The median of the slopes between any two (Theil and Sen): a sample just after a collection of garbage moves nothing. */
function slopeOf(samples: readonly number[]): number {
  return median(
    samples.flatMap((from, i) => samples.slice(i + 1).map((to, between) => (to - from) / (between + 1))),
  );
}
