import type { DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { APP_CONFIG } from '../config/app-config';
import { readAppConfig } from '../config/environment';
import { Embedder, EMBEDDER } from './embedder';
import { EmbeddingModule } from './embedding.module';

async function setup(environment: Record<string, string>) {
  const config: DynamicModule = {
    module: class {},
    global: true,
    providers: [{ provide: APP_CONFIG, useValue: readAppConfig(environment) }],
    exports: [APP_CONFIG],
  };
  const module = await Test.createTestingModule({ imports: [config, EmbeddingModule] }).compile();
  return { module, embedder: module.get<Embedder>(EMBEDDER) };
}

describe('EmbeddingModule', () => {
  it('has the model ready when the application is, and frees it at the end', async () => {
    const { module, embedder } = await setup({});
    await module.init();
    await expect(embedder.embedQuery('What is wisdom?')).resolves.toHaveLength(384);
    await module.close();
    await expect(embedder.embedQuery('And what is folly?')).rejects.toThrow('the service is stopping');
  });

  it('takes the embedding server that is configured, and does not start without it', async () => {
    const { module } = await setup({ EMBEDDING_PROVIDER: 'http', EMBEDDING_URL: 'http://127.0.0.1:9' });
    await expect(module.init()).rejects.toThrow('cannot be used at http://127.0.0.1:9/v1/embeddings');
  });
});
