import { basename } from 'node:path';
import type { EmbeddingModel } from './embedder';
import type { ModelWeights } from './model-files';

/** Named without its publisher, so that the same model behind an embedding server has the same fingerprint. */
export function localModelDescription(
  name: string,
  dimension: number,
  { dtype }: ModelWeights,
): EmbeddingModel {
  return { name: basename(name), revision: 'main', dimension, pooling: 'mean', normalised: true, dtype };
}
