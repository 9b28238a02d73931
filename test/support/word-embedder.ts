import { createHash } from 'node:crypto';
import { Embedder, EmbeddingModel } from '../../src/embedding/embedder';

/** Words of a chunk, and how many of them the next one repeats, as the real model has them in tokens. */
const CHUNK = 254;
const OVERLAP = 32;

/** An embedder that needs no model: texts that share words are near, others are not. A token is a word. */
export class WordEmbedder implements Embedder {
  readonly model: EmbeddingModel = {
    name: 'words',
    revision: 'main',
    dimension: 384,
    pooling: 'mean',
    normalised: true,
    dtype: 'fp32',
  };
  /** What each call of `embedTexts` was given. */
  readonly batches: string[][] = [];
  /** Makes the next calls fail. */
  failure?: Error;

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async embedTexts(texts: readonly string[]): Promise<Float32Array[][]> {
    if (this.failure) throw this.failure;
    this.batches.push([...texts]);
    return texts.map((text) => chunksOf(wordsOf(text)).map((words) => this.vector(words)));
  }

  async embedQuery(text: string): Promise<Float32Array> {
    if (this.failure) throw this.failure;
    return this.vector(wordsOf(text));
  }

  async countTokens(texts: readonly string[]): Promise<number[]> {
    return texts.map((text) => wordsOf(text).length);
  }

  private vector(words: readonly string[]): Float32Array {
    const vector = new Float32Array(this.model.dimension);
    for (const word of words) {
      const hash = createHash('sha256').update(word.toLowerCase()).digest().readUInt32LE();
      vector[hash % vector.length]! += hash > 2 ** 31 ? 1 : -1;
    }
    const length = Math.hypot(...vector);
    if (length === 0) vector[0] = 1;
    return length === 0 ? vector : vector.map((value) => value / length);
  }
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function chunksOf(words: readonly string[]): string[][] {
  const chunks = [words.slice(0, CHUNK)];
  for (let start = CHUNK - OVERLAP; start + OVERLAP < words.length; start += CHUNK - OVERLAP)
    chunks.push(words.slice(start, start + CHUNK));
  return chunks;
}
