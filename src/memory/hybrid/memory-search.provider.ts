import type { Provider } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../../config/app-config';
import { type Embedder, EMBEDDER } from '../../embedding/embedder';
import { type Clock, CLOCK, CALLERS_BACKEND, type MemoryBackend } from '../memory-backend';
import { WordAnalysis } from '../../words/word-analysis';
import { MemorySearch } from './memory-search';

/** Questions are analysed as the memories are. */
export const MEMORY_SEARCH_PROVIDER: Provider = {
  provide: MemorySearch,
  inject: [CALLERS_BACKEND, EMBEDDER, APP_CONFIG, CLOCK],
  useFactory: (backend: MemoryBackend, embedder: Embedder, { memory }: AppConfig, clock: Clock) =>
    new MemorySearch(backend, embedder, new WordAnalysis(memory.textSearchLanguage), clock),
};
