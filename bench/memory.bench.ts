import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../test/support/processes';
import { ServiceProcess } from '../test/support/service-process';
import { Api } from './api';
import { Benchmark, PlotOfRows, Row } from './benchmark';
import { each, inPartsOf, median, sum } from './measure';
import { realTexts } from './texts';
import { withDatabase } from './tenant-database';

/** Without `--most`. */
const REQUESTS = 200_000;
/** The memory is looked at so many times. */
const SAMPLES = 100;
/** So many samples are one row of the table. */
const PART = 10;
const CONCURRENCY = 4;

/** Parts until caches are full, the optimising compiler is done and the allocator has its shape. */
const WARM_UP = 2;

const TEXTS = 5_000;

/** In bytes, once the garbage is collected. */
interface Sample {
  /** What JavaScript holds, with its buffers, in all threads: what a leak in the service's own code adds to. */
  readonly held: number;
  /** What is resident beside the heaps of JavaScript: the model, the program, what native code holds. */
  readonly native: number;
  readonly resident: number;
}

/** What one thread told; `rss` is the whole process's. */
type Collected = NodeJS.MemoryUsage & { readonly threadId: number };

const PLOT: PlotOfRows = {
  file: 'memory',
  title: 'Memory of the service while requests come',
  x: { label: 'requests' },
  y: { label: 'MB' },
};

export const memory: Benchmark = {
  about: `memory of the service on PostgreSQL, its garbage collected, while requests come: stores, searches, lists, deletes`,
  plots: [PLOT],
  run: ({ locomo, database, most = REQUESTS }) => {
    const sample = Math.ceil(most / SAMPLES);
    const texts = realTexts(TEXTS, locomo);
    return withDatabase(database, async (DATABASE_URL) => {
      const NODE_OPTIONS = `--expose-gc --require ${join(__dirname, 'collect-garbage.js')}`;
      const directory = await mkdtemp(join(tmpdir(), 'wisdom-collected-'));
      const COLLECTED = join(directory, 'collected');
      const environment = { MEMORY_BACKEND: 'postgresql', DATABASE_URL, NODE_OPTIONS, COLLECTED };
      const service = await ServiceProcess.start(environment);
      try {
        return rowsOf(await takeSamples(service, COLLECTED, texts, sample), sample);
      } finally {
        await service.stop();
        await rm(directory, { recursive: true });
      }
    });
  },
};

async function takeSamples(
  service: ServiceProcess,
  file: string,
  texts: readonly string[],
  sample: number,
): Promise<Sample[]> {
  const api = new Api(await service.url());
  let samples: Sample[] = [];
  for (let taken = 0; taken < SAMPLES; taken++) {
    const numbers = Array.from({ length: sample }, (_, i) => taken * sample + i);
    await each(numbers, CONCURRENCY, (n) => request(api, n, texts));
    service.kill('SIGUSR2');
    await until('every thread has told', async () => (samples = await samplesIn(file)).length > taken);
  }
  return samples;
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

/** What the threads wrote so far, as far as each of them has. */
async function samplesIn(file: string): Promise<Sample[]> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1);
  const collected = lines.map((line) => JSON.parse(line) as Collected);
  const threads = [...new Set(collected.map(({ threadId }) => threadId))].map((id) =>
    collected.filter(({ threadId }) => threadId === id),
  );
  const samples = Math.min(...threads.map(({ length }) => length), collected.length);
  return Array.from({ length: samples }, (_, i) => sampleOf(threads.map((thread) => thread[i]!)));
}

function sampleOf(threads: readonly Collected[]): Sample {
  const total = (of: (thread: Collected) => number) => sum(threads.map(of));
  const resident = threads[0]!.rss;
  return {
    held: total(({ heapUsed, external }) => heapUsed + external),
    native: resident - total(({ heapTotal }) => heapTotal),
    resident,
  };
}

function rowsOf(samples: readonly Sample[], sample: number): Row[] {
  const requests = (parts: number) => (parts * PART * sample).toLocaleString('en');
  const growth = (of: keyof Sample, what: string, goal: string): Row => ({
    what: `growth per 10,000 requests, after the first ${requests(WARM_UP)}, of ${what}`,
    unit: 'MB for 10,000',
    measured: (slopeOf(samples.slice(WARM_UP * PART).map((taken) => taken[of])) * 10_000) / sample / 2 ** 20,
    goal,
  });
  return [
    ...inPartsOf(PART, samples).flatMap((part, i) =>
      CURVES.map(([of, curve]) => ({
        what: `${curve}, median of the requests to ${requests(i + 1)}`,
        unit: 'MB',
        measured: median(part.map((taken) => taken[of])) / 2 ** 20,
        goal: '',
        point: { curve, x: (i + 1) * PART * sample },
      })),
    ),
    growth('held', 'what JavaScript holds', '< 1 MB'),
    growth('native', 'what else is resident', '< 1 MB'),
    growth('resident', 'all that is resident', '< 1 MB'),
  ];
}

const CURVES: readonly (readonly [of: keyof Sample, curve: string])[] = [
  ['held', 'held by JavaScript'],
  ['resident', 'resident in all'],
];

/** The median of the slopes between any two (Theil and Sen): a single sample that is far off moves nothing. */
function slopeOf(samples: readonly number[]): number {
  return median(
    samples.flatMap((from, i) => samples.slice(i + 1).map((to, between) => (to - from) / (between + 1))),
  );
}
