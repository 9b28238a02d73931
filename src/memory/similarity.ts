import { dot } from '../embedding/unit-vector';

/**
 * Cosine similarity of a question and the best of a memory's chunks, in [-1, 1], higher is nearer. Chunks of length
 * zero have no direction and are passed over; undefined when none is left.
 *
 * @param vector of length 1.
 * @param chunks each of length 1 or 0.
 */
export function bestSimilarity(vector: Float32Array, chunks: readonly Float32Array[]): number | undefined {
  const similarities = chunks.filter(hasDirection).map((chunk) => dot(vector, chunk));
  // Rounding can put the product of two unit vectors a little outside.
  return similarities.length === 0 ? undefined : Math.min(1, Math.max(-1, ...similarities));
}

function hasDirection(vector: Float32Array): boolean {
  return vector.some((component) => component !== 0);
}
