import type { Provider } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config';
import { type Embedder, EMBEDDER } from '../../embedding/embedder';
import { KEY_STORE, type KeyStore } from '../../auth/key-store';
import { chooseBackend } from './backend-choice';
import { BACKEND_STATE, type BackendState } from '../backend-state';
import { type ChosenBackend, databaseOf, makeBackend } from './chosen-backend.provider';
import { openKeyStore } from '../key-stores';
import { type Clock, CLOCK, MEMORY_BACKEND, type MemoryBackend } from '../memory-backend';
import type { PostgresDatabase } from '../postgres/database/postgres-database';

/** Injects the `ChosenBackend`. */
const CHOSEN_BACKEND = Symbol('CHOSEN_BACKEND');

/** Injects the `PostgresDatabase` of memories and keys, which connects where they are there. */
const DATABASE = Symbol('DATABASE');

/** The backend is chosen here, once; it connects when the module is initialised. */
export const MEMORY_BACKEND_PROVIDERS: Provider[] = [
  { provide: DATABASE, inject: [APP_CONFIG], useFactory: databaseOf },
  {
    provide: CHOSEN_BACKEND,
    inject: [APP_CONFIG, DATABASE, CLOCK, EMBEDDER],
    useFactory: async (
      config: AppConfig,
      database: PostgresDatabase,
      clock: Clock,
      embedder: Embedder,
    ): Promise<ChosenBackend> => {
      const choice = await chooseBackend(config, () => database.unfitness());
      return makeBackend(choice, { config, database, clock, embedder });
    },
  },
  {
    provide: KEY_STORE,
    inject: [APP_CONFIG, DATABASE],
    useFactory: (config: AppConfig, database: PostgresDatabase): KeyStore => openKeyStore(config, database),
  },
  {
    provide: MEMORY_BACKEND,
    inject: [CHOSEN_BACKEND],
    useFactory: ({ backend }: ChosenBackend): MemoryBackend => backend,
  },
  {
    provide: BACKEND_STATE,
    inject: [CHOSEN_BACKEND, MEMORY_BACKEND],
    useFactory: ({ stateOf }: ChosenBackend, backend: MemoryBackend): BackendState => stateOf(backend),
  },
];
