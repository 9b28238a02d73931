import type { Provider } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../config/app-config';
import { type Embedder, EMBEDDER } from '../embedding/embedder';
import { type BackendChoice, chooseBackend } from './backend-choice';
import { BACKEND_STATE, type BackendState } from './backend-state';
import { openChroma } from './chroma/open-chroma';
import { type Clock, CLOCK, MEMORY_BACKEND, type MemoryBackend } from './memory-backend';
import { PostgresDatabase } from './postgres/postgres-database';
import { PostgresMemoryRepository } from './postgres/postgres-memory.repository';

/** Injects the `BackendChoice`. */
const BACKEND_CHOICE = Symbol('BACKEND_CHOICE');

/** The backend is chosen here, once; it connects when the module is initialised. */
export const MEMORY_BACKEND_PROVIDERS: Provider[] = [
  {
    provide: BACKEND_CHOICE,
    inject: [APP_CONFIG],
    useFactory: (config: AppConfig): Promise<BackendChoice> =>
      chooseBackend(config, () => databaseOf(config).unfitness()),
  },
  {
    provide: MEMORY_BACKEND,
    inject: [BACKEND_CHOICE, APP_CONFIG, CLOCK, EMBEDDER],
    useFactory: (
      choice: BackendChoice,
      config: AppConfig,
      clock: Clock,
      embedder: Embedder,
    ): MemoryBackend =>
      choice.backend === 'postgresql'
        ? new PostgresMemoryRepository(databaseOf(config), clock, () => embedder.model)
        : openChroma(config, {
            clock,
            log: new Logger('ChromaDB'),
            dimension: () => embedder.model.dimension,
          }),
  },
  {
    provide: BACKEND_STATE,
    inject: [BACKEND_CHOICE, CLOCK, MEMORY_BACKEND],
    useFactory: (
      { fallback, reason }: BackendChoice,
      clock: Clock,
      backend: MemoryBackend,
    ): BackendState => ({
      degraded: fallback,
      // The backend knows where its memories are once it is connected.
      get reason() {
        return [reason, backend.remark].filter(Boolean).join(' ') || null;
      },
      since: clock.now(),
      pendingSync: 0,
    }),
  },
];

function databaseOf({ database }: AppConfig): PostgresDatabase {
  const logger = new Logger('PostgreSQL');
  return new PostgresDatabase(database, (message) => logger.log(message));
}
