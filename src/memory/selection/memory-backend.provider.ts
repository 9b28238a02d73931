import type { Provider } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config';
import { type Embedder, EMBEDDER } from '../../embedding/embedder';
import { chooseBackend } from './backend-choice';
import { BACKEND_STATE, type BackendState } from '../backend-state';
import { type ChosenBackend, databaseOf, makeBackend } from './chosen-backend.provider';
import { type Clock, CLOCK, MEMORY_BACKEND, type MemoryBackend } from '../memory-backend';

/** Injects the `ChosenBackend`. */
const CHOSEN_BACKEND = Symbol('CHOSEN_BACKEND');

/** The backend is chosen here, once; it connects when the module is initialised. */
export const MEMORY_BACKEND_PROVIDERS: Provider[] = [
  {
    provide: CHOSEN_BACKEND,
    inject: [APP_CONFIG, CLOCK, EMBEDDER],
    useFactory: async (config: AppConfig, clock: Clock, embedder: Embedder): Promise<ChosenBackend> => {
      const choice = await chooseBackend(config, () => databaseOf(config).unfitness());
      return makeBackend(choice, { config, clock, embedder });
    },
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
