import { setImmediate as nextTurn } from 'node:timers/promises';
import { BatchQueue, Lane } from './batch-queue';
import { chunkWindows } from './chunk-windows';
import { LocalModel } from './local-model';
import { textSegments } from './text-segments';
import { BatchReport } from './worker-protocol';

/** Tokens of a batch while questions come: one may have to wait for it, 9 instead of 32 ms, at 93 % of the rate. */
const MOST_BESIDE_QUESTIONS = 64;

/** Characters that are tokenised between two batches: a few milliseconds. */
const SEGMENT_CHARACTERS = 4096;

/**
 * Feeds the model in its worker. What arrives while a batch runs waits for the next one; between batches the thread
 * takes in messages and tokenises a piece of the longest-waiting document, so that no long text holds up a question.
 */
export class EmbeddingEngine {
  private readonly queue: BatchQueue<Chunk>;
  private tokenising: Promise<unknown> = Promise.resolve();
  private working = false;

  /** @param batchTokens of a batch at most, padding included, unless one text alone is longer. */
  constructor(
    private readonly model: LocalModel,
    batchTokens: number,
    private readonly onBatch: (report: BatchReport) => void,
  ) {
    this.queue = new BatchQueue(batchTokens, Math.min(batchTokens, MOST_BESIDE_QUESTIONS));
  }

  /** The vectors of each text, one per chunk, in order. */
  async embed(lane: Lane, texts: readonly string[]): Promise<Float32Array[][]> {
    const vectors: Promise<Float32Array[]>[] = [];
    const tokenise = () => this.tokeniseEach(texts, (tokens) => vectors.push(this.embedChunks(lane, tokens)));
    await (lane === 'question' ? tokenise() : this.inTurn(texts, tokenise));
    return Promise.all(vectors);
  }

  /** Tokens of each text, without special ones. */
  async count(texts: readonly string[]): Promise<number[]> {
    const counts: number[] = [];
    await this.inTurn(texts, () => this.tokeniseEach(texts, (tokens) => counts.push(tokens.length)));
    return counts;
  }

  /** Long texts go one after the other: many of them together take no more of a turn than one. Short ones do not wait. */
  private async inTurn(texts: readonly string[], work: () => Promise<void>): Promise<void> {
    const characters = texts.reduce((sum, { length }) => sum + length, 0);
    if (characters <= SEGMENT_CHARACTERS) return work();
    this.tokenising = this.tokenising.then(work);
    await this.tokenising;
  }

  private async tokeniseEach(texts: readonly string[], use: (tokens: number[]) => void): Promise<void> {
    let characters = 0;
    for (const text of texts) {
      const tokens: number[] = [];
      for (const segment of textSegments(text, SEGMENT_CHARACTERS)) {
        characters += segment.length;
        if (characters > SEGMENT_CHARACTERS) {
          await nextTurn();
          characters = segment.length;
        }
        for (const token of this.model.tokenise(segment)) tokens.push(token);
      }
      use(tokens);
    }
  }

  private embedChunks(lane: Lane, tokens: number[]): Promise<Float32Array[]> {
    const windows = chunkWindows(tokens, this.model.chunkTokens);
    const vectors = windows.map(
      (window) =>
        new Promise<Float32Array>((resolve) =>
          this.queue.push(lane, { tokens: window, resolve }, window.length),
        ),
    );
    void this.work();
    return Promise.all(vectors);
  }

  /** Runs until nothing waits. A failing batch is not caught: it ends the worker, and its requests with it. */
  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (;;) {
      await nextTurn();
      const batch = this.queue.next();
      if (batch.length === 0) break;
      const started = performance.now();
      const vectors = await this.model.embed(batch.map(({ tokens }) => tokens));
      const seconds = (performance.now() - started) / 1000;
      batch.forEach((chunk, index) => chunk.resolve(vectors[index]!));
      const tokens = batch.reduce((sum, chunk) => sum + chunk.tokens.length, 0);
      this.onBatch({ chunks: batch.length, tokens, seconds });
    }
    this.working = false;
  }
}

interface Chunk {
  readonly tokens: number[];
  readonly resolve: (vector: Float32Array) => void;
}
