import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { AppModule } from '../../src/app.module';
import { setUpApp } from '../../src/app.setup';
import { APP_CONFIG } from '../../src/config/app-config';
import { Environment, readAppConfig } from '../../src/config/environment';
import { EMBEDDER, Embedder } from '../../src/embedding/embedder';
import { InMemoryRepository } from '../../src/memory/in-memory/in-memory.repository';
import { Clock, CLOCK, MEMORY_BACKEND, MemoryBackend } from '../../src/memory/memory-backend';
import { MovableClock } from './movable-clock';
import { WordEmbedder } from './word-embedder';

export interface ApiParts {
  /** The in-memory one, if none is given. */
  readonly backend?: (clock: Clock) => MemoryBackend;
  /** One by words, if none is given. */
  readonly embedder?: Embedder;
  /** Variables of the configuration. */
  readonly environment?: Environment;
}

/** A service on a free port, set up as the real one but for its backend, model and clock. */
export interface Api {
  readonly http: ReturnType<typeof request>;
  readonly clock: MovableClock;
  readonly backend: MemoryBackend;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startApi(parts: ApiParts = {}): Promise<Api> {
  const clock = new MovableClock();
  const backend = parts.backend?.(clock) ?? new InMemoryRepository(clock);
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(APP_CONFIG)
    .useValue(readAppConfig({ LOG_LEVEL: 'silent', ...parts.environment }))
    .overrideProvider(CLOCK)
    .useValue(clock)
    .overrideProvider(MEMORY_BACKEND)
    .useValue(backend)
    .overrideProvider(EMBEDDER)
    .useValue(parts.embedder ?? new WordEmbedder())
    .compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger: false });
  setUpApp(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return { http: request(url), clock, backend, url, close: () => app.close() };
}
