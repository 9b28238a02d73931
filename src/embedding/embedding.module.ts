import { Inject, Logger, Module, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, AppConfig, EmbeddingConfig } from '../config/app-config';
import { type Embedder, EMBEDDER } from './embedder';
import { EMBEDDING_OBSERVER, EmbeddingObserver } from './embedding-observer';
import { HttpEmbedder } from './http.embedder';
import { TransformersEmbedder } from './transformers.embedder';

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
export class EmbeddingModule implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(EMBEDDER) private readonly embedder: Embedder) {}

  onModuleInit(): Promise<void> {
    return this.embedder.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.embedder.stop();
  }
}

function embedderOf(config: EmbeddingConfig, observer?: EmbeddingObserver): Embedder {
  if (config.provider === 'http') return new HttpEmbedder({ ...config, url: config.url! }, observer);
  const logger = new Logger('Embedding');
  return new TransformersEmbedder(config, observer, (message) => logger.warn(message));
}
