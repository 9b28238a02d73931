import { BatchReport } from './worker-protocol';

/** Injects the `EmbeddingObserver`, if there is one. */
export const EMBEDDING_OBSERVER = Symbol('EMBEDDING_OBSERVER');

/** Is told what the embedder does as it happens, for metrics. Must return at once and not throw. */
export interface EmbeddingObserver {
  /** The model, or a request to the embedding server, worked on one batch. */
  batch(report: BatchReport): void;

  /** The number of chunks that wait or are being worked on has changed to this. */
  waiting(chunks: number): void;

  /** A question's vector was, or was not, remembered. */
  cache(hit: boolean): void;
}

/** Observes nothing. */
export const UNOBSERVED: EmbeddingObserver = {
  batch: () => undefined,
  waiting: () => undefined,
  cache: () => undefined,
};
