import type { EmbeddingConfig } from '../config/app-config';
import type { Embedder } from './embedder';
import type { EmbeddingObserver } from './embedding-observer';
import { HttpEmbedder } from './http.embedder';
import { LocalEmbedder } from './local.embedder';

/** The embedder that the configuration chose, not started yet. */
export function configuredEmbedder(
  config: EmbeddingConfig,
  warn: (message: string) => void,
  observer?: EmbeddingObserver,
): Embedder {
  return config.provider === 'http'
    ? new HttpEmbedder({ ...config, url: config.url! }, observer)
    : new LocalEmbedder(config, observer, warn);
}
