import { TransformersEmbedder } from '../src/embedding/transformers.embedder';
import { Api, withService } from './api';
import { Benchmark, Row } from './benchmark';
import { EMBEDDER_OPTIONS } from './embedder-options';
import { alternate, each, inPartsOf, median, p95, rateOf, timed } from './measure';
import { realTexts } from './texts';

const ROUNDS = 5;
/** Memories of one round, stored one at a time. */
const MEMORIES = 200;
/** Of one round of many at a time: its beginning and its end, when fewer are under way, must not count. */
const STREAM = 1000;
/** What the service has beforehand: the first ones are stored faster. */
const EARLIER = 5000;
const BATCH = 100;

export const store: Benchmark = {
  about: 'memories stored over HTTP beside their texts embedded in bulk without a service',
  run: async ({ locomo, url }) => {
    const embedder = new TransformersEmbedder(EMBEDDER_OPTIONS);
    await embedder.start();
    try {
      const texts = realTexts(EARLIER + STREAM, locomo);
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
  const times: number[] = [];
  const store = (content: string) => api.post('store', { content });
  const storeBatch = (part: string[]) =>
    api.post('store/batch', { memories: part.map((content) => ({ content })) });
  const few = texts.slice(0, MEMORIES);
  const singly = (of: string[], concurrency: number, work: (content: string) => Promise<unknown>) => () =>
    rateOf(of.length, () => each(of, concurrency, work));
  const batches = () => rateOf(texts.length, () => each(inPartsOf(BATCH, texts), 2, storeBatch));
  const embedded = (of: string[]) => () => rateOf(of.length, () => embedder.embedTexts(of));
  const unit = 'memories/s';
  const one = await alternate(ROUNDS, singly(few, 1, timed(times, store)), embedded(few));
  return [
    { what: 'one at a time', unit, ...one, goal: '' },
    { what: 'one store, median', unit: 'ms', measured: median(times), goal: '< 15 ms' },
    { what: 'one store, p95', unit: 'ms', measured: p95(times), goal: '' },
    {
      what: 'singly, 16 at a time',
      unit,
      ...(await alternate(ROUNDS, singly(texts, 16, store), embedded(texts))),
      goal: 'ratio >= 0.7',
    },
    {
      what: `in batches of ${BATCH}, two at a time`,
      unit,
      ...(await alternate(ROUNDS, batches, embedded(texts))),
      goal: 'ratio >= 0.85',
    },
  ];
}
