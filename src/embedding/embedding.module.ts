import { Inject, Logger, Module, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, AppConfig } from '../config/app-config';
import { type Embedder, EMBEDDER } from './embedder';
import { EMBEDDING_OBSERVER, EmbeddingObserver } from './embedding-observer';
import { TransformersEmbedder } from './transformers.embedder';

/** Provides `EMBEDDER`: loaded and proven before the application listens, freed after its last request. */
@Module({
  providers: [
    {
      provide: EMBEDDER,
      useFactory: ({ embedding }: AppConfig, observer?: EmbeddingObserver): Embedder =>
        new TransformersEmbedder(embedding, observer, (message) => new Logger('Embedding').warn(message)),
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
