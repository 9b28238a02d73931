import { Inject, Logger, Module, OnApplicationShutdown, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, AppConfig } from '../config/app-config';
import { configuredEmbedder } from './configured-embedder';
import { type Embedder, EMBEDDER } from './embedder';
import { EMBEDDING_OBSERVER, EmbeddingObserver } from './embedding-observer';

/**
 * Of the seconds that the service has to end, this long requests under way may still embed. What remains is for storing
 * what was embedded, and for answering the others.
 */
const LAST_CALL_MS = 3_000;

/** Provides `EMBEDDER`: loaded and proven before the application listens, freed after its last request. */
@Module({
  providers: [
    {
      provide: EMBEDDER,
      useFactory: ({ embedding }: AppConfig, observer?: EmbeddingObserver) => {
        const logger = new Logger('Embedding');
        return configuredEmbedder(embedding, (message) => logger.warn(message), observer);
      },
      inject: [APP_CONFIG, { token: EMBEDDING_OBSERVER, optional: true }],
    },
  ],
  exports: [EMBEDDER],
})
export class EmbeddingModule implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  private lastCall?: NodeJS.Timeout;

  constructor(@Inject(EMBEDDER) private readonly embedder: Embedder) {}

  onModuleInit(): Promise<void> {
    return this.embedder.start();
  }

  onModuleDestroy(): void {
    this.lastCall = setTimeout(() => void this.embedder.stop(0), LAST_CALL_MS).unref();
  }

  onApplicationShutdown(): Promise<void> {
    clearTimeout(this.lastCall);
    return this.embedder.stop();
  }
}
