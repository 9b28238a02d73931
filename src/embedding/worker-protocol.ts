import type { Lane } from './batch-queue';

/** What the worker is started with. */
export interface LocalModelOptions {
  readonly modelsPath: string;
  /** A directory below `modelsPath`. */
  readonly model: string;
  readonly weights: ModelWeights;
  /** Cores that one batch is spread over. */
  readonly threads: number;
}

/** Which of the files in a model's `onnx/` is loaded, by the name transformers has for it. */
export type ModelWeights = 'q8' | 'fp16' | 'fp32';

export type WorkerRequest =
  | { readonly id: number; readonly kind: Lane; readonly texts: readonly string[] }
  | { readonly id: number; readonly kind: 'count'; readonly texts: readonly string[] };

/** Ends the thread between two batches, whatever waits. Ended inside one, it would take the process with it. */
export interface EndOfWorker {
  readonly kind: 'end';
}

export type WorkerMessage =
  | { readonly kind: 'ready'; readonly dimension: number }
  | { readonly kind: 'vectors'; readonly id: number; readonly vectors: Float32Array[][] }
  | { readonly kind: 'counts'; readonly id: number; readonly counts: number[] }
  | ({ readonly kind: 'batch' } & BatchReport);

/** One run of the model. */
export interface BatchReport {
  readonly chunks: number;
  readonly tokens: number;
  readonly seconds: number;
}
