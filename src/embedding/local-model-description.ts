import { basename } from 'node:path';
import type { EmbeddingModel } from './embedder';
import type { ModelWeights } from './worker-protocol';

/** Named without its publisher, so that the same model behind an embedding server has the same fingerprint. */
export function localModelDescription(
  name: string,
  dimension: number,
  weights: ModelWeights,
): EmbeddingModel {
  const dtype = weights === 'q8' ? 'int8' : weights;
  return { name: basename(name), revision: 'main', dimension, pooling: 'mean', normalised: true, dtype };
}
