import { TransformersEmbedder } from '../src/embedding/transformers.embedder';
import { Api, withService } from './api';
import { Benchmark, Row } from './benchmark';
import { EMBEDDER_OPTIONS } from './embedder-options';
import { alternate, each, inPartsOf, rateOf } from './measure';
import { realTexts } from './texts';

const ROUNDS = 5;
/** Memories of one round. */
const MEMORIES = 200;
const BATCH = 100;

export const store: Benchmark = {
  about: 'memories stored over HTTP beside their texts embedded in bulk without a service',
  run: async ({ locomo, url }) => {
    const embedder = new TransformersEmbedder(EMBEDDER_OPTIONS);
    await embedder.start();
    try {
      const texts = realTexts(MEMORIES, locomo);
      return await withService(url, {}, (api) => measure(api, embedder, texts));
    } finally {
      await embedder.stop();
    }
  },
};

async function measure(api: Api, embedder: TransformersEmbedder, texts: string[]): Promise<Row[]> {
  const memories = texts.map((content) => ({ content }));
  const batches = inPartsOf(BATCH, memories);
  const embedded = () => rateOf(MEMORIES, () => embedder.embedTexts(texts));
  const single = (concurrency: number) => () =>
    rateOf(MEMORIES, () => each(memories, concurrency, (memory) => api.post('store', memory)));
  const batch = () =>
    rateOf(MEMORIES, () => each(batches, 2, (memories) => api.post('store/batch', { memories })));
  const unit = 'memories/s';
  return [
    { what: 'one at a time', unit, ...(await alternate(ROUNDS, single(1), embedded)), goal: '' },
    {
      what: 'singly, 16 at a time',
      unit,
      ...(await alternate(ROUNDS, single(16), embedded)),
      goal: 'ratio >= 0.7',
    },
    { what: 'in batches of 100', unit, ...(await alternate(ROUNDS, batch, embedded)), goal: 'ratio >= 0.85' },
  ];
}
