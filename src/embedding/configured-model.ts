import { join } from 'node:path';
import type { EmbeddingConfig } from '../config/app-config';
import type { EmbeddingModel } from './embedder';
import { HttpEmbedder } from './http.embedder';
import { localModelDescription } from './local-model-description';
import { readModelFacts } from './model-files';

/**
 * The model that the service would embed with, without loading it: for what carries vectors and makes none. An embedding
 * server is asked for one vector.
 *
 * @throws EmbeddingModelError with what to do.
 */
export async function configuredModel(config: EmbeddingConfig): Promise<EmbeddingModel> {
  if (config.provider === 'local') {
    const { weights, dimension } = await readModelFacts(join(config.modelsPath, config.model));
    return localModelDescription(config.model, dimension, weights);
  }
  const embedder = new HttpEmbedder({ ...config, url: config.url! });
  await embedder.start();
  await embedder.stop();
  return embedder.model;
}
