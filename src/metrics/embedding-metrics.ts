import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EmbeddingObserver } from '../embedding/embedding-observer';

/** Counts what the embedder does. */
export function embeddingMetrics(registry: Registry): EmbeddingObserver {
  const registers = [registry];
  const waiting = new Gauge({
    name: 'wisdom_memory_embedding_queue_chunks',
    help: 'Chunks of text that wait for the model or are in it',
    registers,
  });
  const seconds = new Histogram({
    name: 'wisdom_memory_embedding_batch_duration_seconds',
    help: 'Time the model took for one batch',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers,
  });
  const chunks = new Histogram({
    name: 'wisdom_memory_embedding_batch_chunks',
    help: 'Chunks of text in one batch',
    buckets: [1, 2, 4, 8, 16, 32, 64],
    registers,
  });
  const tokens = new Counter({
    name: 'wisdom_memory_embedding_tokens_total',
    help: 'Tokens that went through the model',
    registers,
  });
  const cache = new Counter({
    name: 'wisdom_memory_embedding_cache_total',
    help: 'Questions whose vector was remembered (hit) or not (miss)',
    labelNames: ['result'],
    registers,
  });
  return {
    batch: (report) => {
      seconds.observe(report.seconds);
      chunks.observe(report.chunks);
      tokens.inc(report.tokens);
    },
    waiting: (count) => waiting.set(count),
    cache: (hit) => cache.inc({ result: hit ? 'hit' : 'miss' }),
  };
}
