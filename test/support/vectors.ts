import { seededRandom } from './random';

export const DIMENSION = 384;

/** A vector of length 1 in a random direction; equal seeds give equal vectors, others are nearly orthogonal. */
export function unitVector(seed: number): Float32Array {
  const random = seededRandom(seed);
  return normalised(Array.from({ length: DIMENSION }, () => random.next() - 0.5));
}

/** A vector of length 1 whose cosine similarity to `vector` is `similarity`, to 1e-6; `seed` picks which. */
export function vectorNear(vector: Float32Array, similarity: number, seed: number): Float32Array {
  const other = unitVector(seed);
  const overlap = dot(vector, other);
  const across = normalised([...other].map((component, i) => component - overlap * vector[i]!));
  const rest = Math.sqrt(1 - similarity ** 2);
  return normalised([...vector].map((component, i) => similarity * component + rest * across[i]!));
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, component, i) => sum + component * b[i]!, 0);
}

function normalised(components: readonly number[]): Float32Array {
  const length = Math.hypot(...components);
  return Float32Array.from(components, (component) => component / length);
}
