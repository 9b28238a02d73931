/** Injects the embedder that the configuration chose. */
export const EMBEDDER = Symbol('EMBEDDER');

/** What makes two vectors comparable: rows of different fingerprints live in different vector spaces. */
export interface EmbeddingModel {
  readonly name: string;
  readonly revision: string;
  readonly dimension: number;
  readonly pooling: 'mean';
  readonly normalised: boolean;
  /** Numeric type of the weights. Noted beside the fingerprint, never part of it: int8 questions meet fp32 rows. */
  readonly dtype: string;
}

/** `model@revision/dimension/pooling/normalisation`: equal exactly when vectors are comparable. */
export function fingerprintOf(model: EmbeddingModel): string {
  const normalisation = model.normalised ? 'l2' : 'none';
  return `${model.name}@${model.revision}/${model.dimension}/${model.pooling}/${normalisation}`;
}

/**
 * Turns text into vectors. Every vector is of length 1 and has `model.dimension` numbers.
 *
 * Calls may be made concurrently: what waits while the model works shares its next batch, questions first. Beyond the
 * queue's bound a call rejects with `EmbeddingOverloadedError` (503 with Retry-After) instead of waiting.
 */
export interface Embedder {
  /** Known once `start` resolved. */
  readonly model: EmbeddingModel;

  /** Loads the model and proves it against known vectors. Rejects with a message that says what to do. */
  start(): Promise<void>;

  /**
   * Refuses what is asked from now on, waits for what is under way, then frees the model. A model of this process
   * rejects what it is not through with after `patienceMs`. Safe to call twice.
   */
  stop(patienceMs?: number): Promise<void>;

  /**
   * The vectors of each text, one per chunk, in order. A chunk is at most 254 tokens and repeats the last 32 of the
   * one before; a text that fits has one, and so has an empty one.
   */
  embedTexts(texts: readonly string[]): Promise<Float32Array[][]>;

  /** The vector of a question. One longer than a chunk gets the normalised mean of its chunks. Cached. */
  embedQuery(text: string): Promise<Float32Array>;

  /** Tokens of each text as the model counts them, without special ones; an upper estimate where a server has the model. */
  countTokens(texts: readonly string[]): Promise<number[]>;
}
