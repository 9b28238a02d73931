import { Global, Module } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { EMBEDDING_OBSERVER } from '../embedding/embedding-observer';
import { MEMORY_BACKEND } from '../memory/memory-backend';
import { MEMORY_OBSERVER } from '../memory/memory-observer';
import { embeddingMetrics } from './embedding-metrics';
import { HTTP_METRICS, httpMetrics } from './http-metrics';
import { INDEX_METRICS, indexMetrics } from './index-metrics';
import { memoryMetrics } from './memory-metrics';
import { MetricsController } from './metrics.controller';

/** Serves `/metrics`, and provides the observers through which the features are measured without knowing it. */
@Global()
@Module({
  controllers: [MetricsController],
  providers: [
    { provide: Registry, useFactory: registryWithProcessMetrics },
    { provide: HTTP_METRICS, inject: [Registry], useFactory: httpMetrics },
    { provide: EMBEDDING_OBSERVER, inject: [Registry], useFactory: embeddingMetrics },
    { provide: MEMORY_OBSERVER, inject: [Registry], useFactory: memoryMetrics },
    {
      provide: INDEX_METRICS,
      inject: [Registry, { token: MEMORY_BACKEND, optional: true }],
      useFactory: indexMetrics,
    },
  ],
  exports: [HTTP_METRICS, EMBEDDING_OBSERVER, MEMORY_OBSERVER],
})
export class MetricsModule {}

function registryWithProcessMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
