import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { AppModule } from '../../src/app.module';
import { setUpApp } from '../../src/app.setup';
import { HttpAdapter } from '../../src/common/http.adapter';
import { KEY_STORE, KeyStore } from '../../src/auth/key-store';
import { APP_CONFIG } from '../../src/config/app-config';
import { Environment, readAppConfig } from '../../src/config/environment';
import { EMBEDDER, Embedder } from '../../src/embedding/embedder';
import { Clock, CLOCK, MEMORY_BACKEND, MemoryBackend } from '../../src/memory/memory-backend';
import { BackendKind, freshBackend, temporaryKeys } from './backend-under-test';
import { MovableClock } from './movable-clock';
import { WordEmbedder } from './word-embedder';

export interface ApiParts {
  /** Instead of that of `freshBackend`. */
  readonly backend?: (clock: Clock) => MemoryBackend;
  /** Which one `freshBackend` makes, if it is not to be the usual one. */
  readonly kind?: BackendKind;
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
  readonly keys: KeyStore;
  /** The application itself. */
  readonly app: NestExpressApplication;
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  close(): Promise<void>;
}

export async function startApi(parts: ApiParts = {}): Promise<Api> {
  const clock = new MovableClock();
  const embedder = parts.embedder ?? new WordEmbedder();
  const given = parts.backend?.(clock);
  const { backend, keys, remove } = given
    ? { backend: given, ...temporaryKeys() }
    : await freshBackend(clock, () => embedder.model, parts.kind);
  const module = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(APP_CONFIG)
    .useValue(readAppConfig({ LOG_LEVEL: 'silent', ...parts.environment }))
    .overrideProvider(CLOCK)
    .useValue(clock)
    .overrideProvider(MEMORY_BACKEND)
    .useValue(backend)
    .overrideProvider(KEY_STORE)
    .useValue(keys)
    .overrideProvider(EMBEDDER)
    .useValue(embedder)
    .compile();
  const app = module.createNestApplication<NestExpressApplication>(new HttpAdapter(), { logger: false });
  setUpApp(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const close = async () => {
    await app.close();
    await remove();
  };
  return { http: request(url), clock, backend, keys, app, url, close };
}
