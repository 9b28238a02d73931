import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

/** The embedder as the service has it by default, but without a memory of questions: each is to be embedded. */
export const EMBEDDER_OPTIONS = {
  modelsPath: resolve(__dirname, '../models'),
  model: 'all-MiniLM-L6-v2',
  threads: Math.min(4, availableParallelism()),
  batchTokens: 256,
  queueLimit: 8192,
  cacheSize: 0,
} as const;
