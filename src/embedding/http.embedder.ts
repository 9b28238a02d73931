import { basename } from 'node:path';
import type { EmbeddingConfig } from '../config/app-config';
import { BatchQueue, Lane } from './batch-queue';
import { Embedder, EmbeddingModel } from './embedder';
import { EmbeddingIntake } from './embedding-intake';
import { EmbeddingObserver, UNOBSERVED } from './embedding-observer';
import { EmbeddingServer } from './embedding-server';
import { EmbeddingModelError, EmbeddingUnavailableError } from './embedding.errors';
import { estimateTokens, textChunks } from './text-chunks';
import { isUnit, normalise } from './unit-vector';

export type HttpEmbedderOptions = Pick<
  EmbeddingConfig,
  'apiKey' | 'model' | 'dimensions' | 'queueLimit' | 'cacheSize'
> & { readonly url: string; readonly timeoutMs?: number };

/** Texts of one request: the most that Text Embeddings Inference takes unless told otherwise. */
const BATCH_TEXTS = 32;

/** Requests at a time: enough that the server always has the next one while it answers. */
const CONCURRENT_REQUESTS = 4;

const TIMEOUT_MS = 30_000;

/**
 * Leaves embedding to an OpenAI-compatible server. Its tokenizer is not known here: chunks and `countTokens` go by the
 * length of the text, and a chunk may hold fewer tokens than the model could read.
 */
export class HttpEmbedder implements Embedder {
  private readonly server: EmbeddingServer;
  private readonly intake: EmbeddingIntake;
  private readonly queue = new BatchQueue<WaitingChunk>(BATCH_TEXTS);
  private readonly underWay = new Set<Promise<void>>();
  private known?: EmbeddingModel;

  constructor(
    private readonly options: HttpEmbedderOptions,
    observer: EmbeddingObserver = UNOBSERVED,
  ) {
    this.server = new EmbeddingServer({ timeoutMs: TIMEOUT_MS, ...options });
    this.intake = new EmbeddingIntake(
      options,
      observer,
      (lane, texts) => this.embed(lane, texts),
      CONCURRENT_REQUESTS,
    );
  }

  get model(): EmbeddingModel {
    if (!this.known) throw new EmbeddingUnavailableError('the embedding server has not been asked yet.');
    return this.known;
  }

  async start(): Promise<void> {
    const dimension = await this.probe();
    const { model, dimensions } = this.options;
    if (dimensions !== undefined && dimensions !== dimension)
      throw new EmbeddingModelError(
        `The model ${model} at ${this.server.address} gives vectors of ${dimension} numbers, but ` +
          `EMBEDDING_DIMENSIONS is ${dimensions}. Leave that variable out, or set EMBEDDING_MODEL to the one meant.`,
      );
    // A server does not say how it pools; the name stands for that.
    this.known = {
      name: basename(model),
      revision: 'main',
      dimension,
      pooling: 'mean',
      normalised: true,
      dtype: 'unknown',
    };
  }

  async stop(): Promise<void> {
    while (this.underWay.size > 0) await Promise.allSettled(this.underWay);
  }

  embedTexts(texts: readonly string[]): Promise<Float32Array[][]> {
    return this.intake.embedTexts(texts);
  }

  embedQuery(text: string): Promise<Float32Array> {
    return this.intake.embedQuery(text);
  }

  async countTokens(texts: readonly string[]): Promise<number[]> {
    return texts.map(estimateTokens);
  }

  private async probe(): Promise<number> {
    try {
      const [vector] = await this.server.embed(['Wisdom is understanding what truly matters']);
      return toUnitVector(vector!).length;
    } catch (cause) {
      throw new EmbeddingModelError(
        `The model ${this.options.model} cannot be used at ${this.server.address}. ${(cause as Error).message} ` +
          'Check that the server runs, EMBEDDING_URL, EMBEDDING_MODEL, EMBEDDING_API_KEY and EMBEDDING_DIMENSIONS.',
        { cause },
      );
    }
  }

  private async embed(lane: Lane, texts: readonly string[]): Promise<Float32Array[][]> {
    const vectors = texts.map((text) =>
      textChunks(text).map(
        (chunk) =>
          new Promise<Float32Array>((resolve, reject) =>
            this.queue.push(lane, { text: chunk, resolve, reject }, 1),
          ),
      ),
    );
    this.sendWhatWaits();
    return Promise.all(vectors.map((chunks) => Promise.all(chunks)));
  }

  private sendWhatWaits(): void {
    while (this.queue.size > 0 && this.underWay.size < CONCURRENT_REQUESTS) {
      const sent = this.send(this.queue.next()).finally(() => {
        this.underWay.delete(sent);
        this.sendWhatWaits();
      });
      this.underWay.add(sent);
    }
  }

  private async send(batch: readonly WaitingChunk[]): Promise<void> {
    const started = performance.now();
    try {
      const texts = batch.map(({ text }) => text);
      const vectors = (await this.server.embed(texts)).map((vector) => this.checked(toUnitVector(vector)));
      batch.forEach(({ resolve }, index) => resolve(vectors[index]!));
      const tokens = texts.reduce((sum, text) => sum + estimateTokens(text), 0);
      const seconds = (performance.now() - started) / 1000;
      this.intake.batchDone({ chunks: batch.length, tokens, seconds });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  private checked(vector: Float32Array): Float32Array {
    if (vector.length !== this.model.dimension)
      throw new EmbeddingUnavailableError(
        `the embedding server now gives vectors of ${vector.length} numbers instead of ${this.model.dimension}.`,
      );
    return vector;
  }
}

interface WaitingChunk {
  readonly text: string;
  readonly resolve: (vector: Float32Array) => void;
  readonly reject: (reason: unknown) => void;
}

function toUnitVector(numbers: readonly number[]): Float32Array {
  const vector = normalise(Float32Array.from(numbers));
  if (!isUnit(vector))
    throw new EmbeddingUnavailableError('the embedding server gives vectors without a direction.');
  return vector;
}
