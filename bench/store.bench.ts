import { TransformersEmbedder } from '../src/embedding/transformers.embedder';
import { Api, withService } from './api';
import { Benchmark, Row } from './benchmark';
import { EMBEDDER_OPTIONS } from './embedder-options';
import { alternate, each, inPartsOf, median, p95, rateOf, timed } from './measure';
import { realTexts } from './texts';

const ROUNDS = 5;
/** Memories of one round. */
const MEMORIES = 200;
/** What the service has beforehand: the first ones are stored faster. */
const EARLIER = 5000;
const BATCH = 100;

export const store: Benchmark = {
  about: 'memories stored over HTTP beside their texts embedded in bulk without a service',
  run: async ({ locomo, url }) => {
    const embedder = new TransformersEmbedder(EMBEDDER_OPTIONS);
    await embedder.start();
    try {
      const texts = realTexts(EARLIER + MEMORIES, locomo);
      return await withService(url, {}, async (api) => {
        for (const part of inPartsOf(BATCH, texts.slice(0, EARLIER)))
          await api.post('store/batch', { memories: part.map((content) => ({ content })) });
        return measure(api, embedder, texts.slice(EARLIER));
      });
    } finally {
      await embedder.stop();
    }
  },
};

async function measure(api: Api, embedder: TransformersEmbedder, texts: string[]): Promise<Row[]> {
  const memories = texts.map((content) => ({ content }));
  const batches = inPartsOf(BATCH, memories);
  const embedded = () => rateOf(MEMORIES, () => embedder.embedTexts(texts));
  const times: number[] = [];
  const store = (memory: object) => api.post('store', memory);
  const single =
    (concurrency: number, work: typeof store | ReturnType<typeof timed<object>> = store) =>
    () =>
      rateOf(MEMORIES, () => each(memories, concurrency, work));
  const batch = () =>
    rateOf(MEMORIES, () => each(batches, 2, (memories) => api.post('store/batch', { memories })));
  const unit = 'memories/s';
  const one = await alternate(ROUNDS, single(1, timed(times, store)), embedded);
  return [
    { what: 'one at a time', unit, ...one, goal: '' },
    { what: 'one store, median', unit: 'ms', measured: median(times), goal: '< 15 ms' },
    { what: 'one store, p95', unit: 'ms', measured: p95(times), goal: '' },
    {
      what: 'singly, 16 at a time',
      unit,
      ...(await alternate(ROUNDS, single(16), embedded)),
      goal: 'ratio >= 0.7',
    },
    { what: 'in batches of 100', unit, ...(await alternate(ROUNDS, batch, embedded)), goal: 'ratio >= 0.85' },
  ];
}
