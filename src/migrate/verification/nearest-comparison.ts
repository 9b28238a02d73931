import type { NearestInSource } from './source-nearest';
import { FoundNear, NEAREST, NearestDiffering, SWAP_TOLERANCE, VerifiedMemory } from './verification';

/**
 * How many are asked of the target, which may hold others between those of the source. Where these fill all places,
 * what can be told is that no memory of the source nearer than the last of them is missing.
 */
export const NEAREST_ASKED = 100;

/**
 * Compares the nearest as the target found them with those of the source, rank by rank by the similarity that they have
 * in the source. What is not of the source does not count.
 *
 * @returns undefined where they are the same.
 */
export function differingNearest(
  memory: VerifiedMemory,
  found: readonly FoundNear[],
  truth: NearestInSource,
): NearestDiffering | undefined {
  const known = found.filter(({ id }) => truth.similarityOf.has(id)).slice(0, NEAREST);
  const isSameRank = ({ id }: FoundNear, rank: number) =>
    Math.abs(truth.similarityOf.get(id)! - truth.similarities[rank]!) <= SWAP_TOLERANCE;
  const horizon = found.length < NEAREST_ASKED ? -Infinity : found.at(-1)!.similarity;
  const next = truth.similarities[known.length] ?? -Infinity;
  const isComplete = next === -Infinity || (horizon > -Infinity && next <= horizon + SWAP_TOLERANCE);
  if (known.every(isSameRank) && isComplete) return undefined;
  return { memory, expected: truth.ids, found: known.map(({ id }) => id) };
}
