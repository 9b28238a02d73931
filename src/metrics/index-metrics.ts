import { Counter, Registry } from 'prom-client';
import type { MemoryBackend } from '../memory/memory-backend';

/** Injects the counter of what searches read of the index, which is asked of the backend when the metrics are. */
export const INDEX_METRICS = Symbol('INDEX_METRICS');

export function indexMetrics(registry: Registry, backend?: Pick<MemoryBackend, 'indexReads'>): Counter {
  return new Counter({
    name: 'wisdom_memory_search_index_reads_total',
    help: 'Entries read of the index that holds the vectors, and rows of the table looked at as well: many mean that vacuum is behind',
    labelNames: ['of'],
    registers: [registry],
    async collect() {
      // While the store is away the figures stay as they were; that it is away is said elsewhere.
      const reads = await backend?.indexReads?.().catch(() => undefined);
      if (!reads) return;
      this.reset();
      this.inc({ of: 'entries' }, reads.entries);
      this.inc({ of: 'table' }, reads.tableRows);
    },
  });
}
