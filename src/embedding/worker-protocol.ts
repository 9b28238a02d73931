import type { Lane } from './batch-queue';

/** A model of MODELS_PATH. */
export interface LocalModelOptions {
  readonly directory: string;
  /** The ONNX file below it. */
  readonly weightsFile: string;
}

/** What the worker is started with. */
export interface WorkerOptions extends LocalModelOptions {
  /** Of a batch, padding included. */
  readonly batchTokens: number;
}

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
