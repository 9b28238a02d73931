import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { LocalEmbedder } from '../src/embedding/local.embedder';
import { BareBatch, BareModel, inBatches, tokenise, toBatch } from './bare-model';
import { Benchmark, BenchmarkOptions, Row } from './benchmark';
import { EMBEDDER_OPTIONS } from './embedder-options';
import { alternate, each, inPartsOf, rateOf } from './measure';
import { realTexts } from './texts';
import { withEmbedder } from './with-embedder';

const ROUNDS = 7;

/** Texts of one round in bulk, in requests as `POST /store/batch` makes them. */
const BULK = 400;
const REQUEST = 100;
const QUESTIONS = 100;

export const embed: Benchmark = {
  about: 'the embedder beside onnxruntime alone, same model, same texts',
  run: async ({ locomo }: BenchmarkOptions): Promise<Row[]> => {
    const texts = realTexts(BULK, locomo);
    const bare = await BareModel.load(EMBEDDER_OPTIONS);
    return withEmbedder(async (embedder) => {
      const tokens = await tokenise(EMBEDDER_OPTIONS, texts);
      return [...(await bulk(embedder, texts, bare, tokens)), await single(embedder, texts, bare, tokens)];
    });
  },
};

async function bulk(
  embedder: LocalEmbedder,
  texts: string[],
  bare: BareModel,
  tokens: number[][],
): Promise<Row[]> {
  const requests = inPartsOf(REQUEST, texts);
  const batches = inBatches(tokens);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const rates = await alternate(
    ROUNDS,
    () => {
      delay.enable();
      return rateOf(BULK, () => each(requests, requests.length, (request) => embedder.embedTexts(request)));
    },
    () => {
      delay.disable();
      return rateOf(BULK, () => each(batches, 1, (batch) => bare.run(batch)));
    },
  );
  const p99 = delay.percentile(99) / 1e6;
  return [
    { what: 'bulk', unit: 'texts/s', ...rates, goal: 'ratio >= 0.85' },
    { what: 'event loop delay meanwhile, p99', unit: 'ms', measured: p99, goal: '< 10 ms' },
  ];
}

async function single(
  embedder: LocalEmbedder,
  texts: string[],
  bare: BareModel,
  tokens: number[][],
): Promise<Row> {
  const questions = texts.slice(0, QUESTIONS);
  const batches: BareBatch[] = tokens.slice(0, QUESTIONS).map((row) => toBatch([row]));
  const rates = await alternate(
    ROUNDS,
    () => rateOf(QUESTIONS, () => each(questions, 1, (question) => embedder.embedQuery(question))),
    () => rateOf(QUESTIONS, () => each(batches, 1, (batch) => bare.run(batch))),
  );
  return { what: 'questions one by one', unit: 'texts/s', ...rates, goal: 'ratio >= 0.8' };
}
