import { Inject, Logger, Module, OnApplicationShutdown, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, AppConfig, EmbeddingConfig } from '../config/app-config';
import { type Embedder, EMBEDDER } from './embedder';
import { EMBEDDING_OBSERVER, EmbeddingObserver } from './embedding-observer';
import { HttpEmbedder } from './http.embedder';
import { TransformersEmbedder } from './transformers.embedder';

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
      useFactory: ({ embedding }: AppConfig, observer?: EmbeddingObserver) => embedderOf(embedding, observer),
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

function embedderOf(config: EmbeddingConfig, observer?: EmbeddingObserver): Embedder {
  if (config.provider === 'http') return new HttpEmbedder({ ...config, url: config.url! }, observer);
  const logger = new Logger('Embedding');
  return new TransformersEmbedder(config, observer, (message) => logger.warn(message));
}
