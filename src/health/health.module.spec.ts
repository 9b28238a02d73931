import { Global, INestApplication, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { AdmittedRequest, EVERYBODY, Principal } from '../auth/principal';
import { EMBEDDER } from '../embedding/embedder';
import { EmbeddingModule } from '../embedding/embedding.module';
import { BACKEND_STATE } from '../memory/backend-state';
import { MEMORY_BACKEND } from '../memory/memory-backend';
import { BackendUnavailableError } from '../memory/memory.errors';
import { HealthModule } from './health.module';

const store = { name: 'chromadb', ping: () => Promise.resolve() };
const state = { degraded: false, reason: null as string | null, since: new Date(0) };
const model = { countTokens: () => Promise.resolve([1]) };

@Global()
@Module({
  providers: [
    { provide: MEMORY_BACKEND, useValue: store },
    { provide: BACKEND_STATE, useValue: state },
    { provide: EMBEDDER, useValue: model },
  ],
  exports: [MEMORY_BACKEND, BACKEND_STATE, EMBEDDER],
})
class StoreAndModelModule {}

@Module({})
class NoModule {}

describe('HealthModule', () => {
  let app: INestApplication;
  let principal: Principal | undefined;

  beforeEach(async () => {
    Object.assign(store, { ping: () => Promise.resolve() });
    Object.assign(state, { degraded: false, reason: null });
    Object.assign(model, { countTokens: () => Promise.resolve([1]) });
    const module = await Test.createTestingModule({ imports: [StoreAndModelModule, HealthModule] })
      .overrideModule(EmbeddingModule)
      .useModule(NoModule)
      .compile();
    app = module.createNestApplication({ logger: false });
    principal = EVERYBODY;
    app.use((request: AdmittedRequest, _response: unknown, next: () => void) => {
      request.principal = principal;
      next();
    });
    await app.init();
  });

  afterEach(() => app.close());

  const ready = () => request(app.getHttpServer()).get('/health/ready');

  it('is live', async () => {
    await request(app.getHttpServer()).get('/health/live').expect(200, { status: 'ok' });
  });

  it('is ready when the store and the model answer', async () => {
    await ready().expect(200, {
      status: 'ok',
      checks: { chromadb: { status: 'up' }, model: { status: 'up' } },
    });
  });

  it('is not ready while the store does not answer, and says why', async () => {
    const reason = 'ChromaDB does not answer.';
    store.ping = () => Promise.reject(new BackendUnavailableError(reason));
    await ready().expect(503, {
      status: 'error',
      checks: { model: { status: 'up' }, chromadb: { status: 'down', message: reason } },
    });
  });

  it('is not ready while the model does not answer', async () => {
    model.countTokens = () => Promise.reject(new Error('The thread ended.'));
    const { body } = await ready().expect(503);
    expect(body.checks.model).toEqual({ status: 'down', message: 'The thread ended.' });
  });

  it('keeps what is wrong to those who watch the service', async () => {
    store.ping = () => Promise.reject(new BackendUnavailableError('ChromaDB does not answer.'));
    for (principal of [undefined, { ...EVERYBODY, scopes: new Set(['read', 'write'] as const) }])
      await ready().expect(503, { status: 'error' });
  });

  it('waits for no store for ever', async () => {
    store.ping = () => new Promise(() => undefined);
    const { body } = await ready().expect(503);
    expect(body.checks.chromadb).toEqual({ status: 'down', message: 'timeout of 2000ms exceeded' });
  });

  it('serves while degraded, and says so', async () => {
    Object.assign(state, { degraded: true, reason: 'PostgreSQL does not answer' });
    const { body } = await ready().expect(200);
    expect(body).toEqual({
      status: 'degraded',
      checks: {
        chromadb: { status: 'up' },
        model: { status: 'up' },
        postgresql: { status: 'degraded', message: 'PostgreSQL does not answer' },
      },
    });
  });
});
