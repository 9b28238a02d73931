import { Api, withService } from './api';
import { BareModel, inBatches, tokenise } from './bare-model';
import { Benchmark, Row } from './benchmark';
import { EMBEDDER_OPTIONS } from './embedder-options';
import { alternate, each, inPartsOf, inTurns, median, p95, rateOf, Round, timed } from './measure';
import { withDatabase } from './tenant-database';
import { realTexts } from './texts';
import { withEmbedder } from './with-embedder';

const ROUNDS = 5;
/** Memories of one round, stored one at a time. */
const MEMORIES = 100;
/** Of one round of many at a time: its beginning and its end, when fewer are under way, must not count. */
const STREAM = 600;
/** What the service has beforehand: the first ones are stored faster. */
const EARLIER = 4500;
const BATCH = 100;

const ABOUT = 'memories stored over HTTP beside their texts embedded in bulk without a service';

export const store: Benchmark = {
  about: `${ABOUT}, ChromaDB`,
  run: ({ locomo, url }) => run(locomo, url, { MEMORY_BACKEND: 'chromadb' }),
};

export const storePostgresql: Benchmark = {
  about: `${ABOUT}, PostgreSQL`,
  run: ({ locomo, database }) =>
    withDatabase(database, (DATABASE_URL) =>
      run(locomo, undefined, { MEMORY_BACKEND: 'postgresql', DATABASE_URL }),
    ),
};

/** What stores could be at best: texts embedded in bulk, in a second. */
interface Limits {
  /** By the service's embedder, alone. */
  readonly embedder: (texts: readonly string[]) => Round;
  /** By one session of the model on all cores, their tokens given. */
  readonly onnxruntime: Round;
}

async function run(
  locomo: string,
  url: string | undefined,
  environment: Record<string, string>,
): Promise<readonly Row[]> {
  const texts = realTexts(EARLIER + STREAM, locomo);
  return withEmbedder((embedder) =>
    withService(url, environment, async (api) => {
      for (const part of inPartsOf(BATCH, texts.slice(0, EARLIER))) await api.storeTexts(part);
      const stream = texts.slice(EARLIER);
      const bare = await BareModel.load(EMBEDDER_OPTIONS);
      const batches = inBatches(await tokenise(EMBEDDER_OPTIONS, stream));
      return measure(api, stream, {
        embedder: (of) => () => rateOf(of.length, () => embedder.embedTexts(of)),
        onnxruntime: () => rateOf(STREAM, () => each(batches, 1, (batch) => bare.run(batch))),
      });
    }),
  );
}

async function measure(api: Api, texts: string[], limits: Limits): Promise<Row[]> {
  const times: number[] = [];
  const few = texts.slice(0, MEMORIES);
  const storeTimed = timed(times, (content: string) => storeOne(api, content));
  const alone = () => rateOf(few.length, () => each(few, 1, storeTimed));
  const one = await alternate(ROUNDS, alone, limits.embedder(few));
  const singly = () => rateOf(STREAM, () => each(texts, 16, (content) => storeOne(api, content)));
  const batches = () =>
    rateOf(STREAM, () => each(inPartsOf(BATCH, texts), 2, (part) => api.storeTexts(part)));
  await api.eventLoopP99();
  const many = [
    ...(await besideBoth('singly, 16 at a time', singly, texts, limits, 'ratio >= 0.7')),
    ...(await besideBoth(`in batches of ${BATCH}, two at a time`, batches, texts, limits, 'ratio >= 0.85')),
  ];
  return [
    { what: 'one at a time', unit: 'memories/s', ...one, goal: '' },
    { what: 'one store, median', unit: 'ms', measured: median(times), goal: '' },
    { what: 'one store, p95', unit: 'ms', measured: p95(times), goal: '' },
    ...many,
    {
      what: 'many at a time, event loop of the service, p99, 10 ms at rest',
      unit: 'ms',
      measured: await api.eventLoopP99(),
      goal: '',
    },
  ];
}

async function besideBoth(
  what: string,
  stored: Round,
  texts: readonly string[],
  { embedder, onnxruntime }: Limits,
  goal: string,
): Promise<Row[]> {
  const [measured, embedded, bare] = await inTurns(ROUNDS, [stored, embedder(texts), onnxruntime]);
  const row = { unit: 'memories/s', measured: measured!, goal };
  return [
    { what, ...row, limit: embedded },
    { what: `${what}, beside onnxruntime alone`, ...row, limit: bare },
  ];
}

function storeOne(api: Api, content: string): Promise<unknown> {
  return api.post('store', { content });
}
