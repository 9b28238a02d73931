import { Histogram, Registry } from 'prom-client';
import type { MemoryObserver } from '../memory/memory-observer';

/** Counts and times searches. */
export function memoryMetrics(registry: Registry): MemoryObserver {
  const searches = new Histogram({
    name: 'wisdom_memory_search_duration_seconds',
    help: 'Time to answer a search, by how the nearest were found and whether none can have been missed',
    labelNames: ['strategy', 'exhaustive'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  return {
    searched: ({ strategy, exhaustive, seconds }) =>
      searches.observe({ strategy, exhaustive: String(exhaustive) }, seconds),
  };
}
