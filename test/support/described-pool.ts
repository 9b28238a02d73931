import { CandidatePool, chunkKey } from '../../src/memory/candidates';
import { Memory } from '../../src/memory/memory';

/** What two backends must agree on about a pool, whatever their ids are. */
export interface DescribedPool {
  /** By external id and chunk, in that order: everything of a chunk that is exact. */
  readonly chunks: Record<string, object>;
  readonly scope: CandidatePool['scope'];
  readonly moreByWords: boolean;
  readonly exhaustive: boolean;
  /** What half precision blurs: `[cosine, similarity]` by chunk. */
  readonly nearness: Record<string, readonly number[]>;
  readonly nearestLeft: number | undefined;
}

/** @param memories all of the user. */
export function describedPool(pool: CandidatePool, memories: readonly Memory[]): DescribedPool {
  const names = new Map(memories.map(({ id, externalId }) => [id, externalId]));
  const named = (memoryId: string, chunk: number | string) => `${names.get(memoryId)}/${chunk}`;
  const entries = pool.chunks
    .map((chunk) => ({ key: named(chunk.memoryId, chunk.chunk), chunk }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const pooled = new Set(pool.chunks.map(({ memoryId, chunk }) => chunkKey(memoryId, chunk)));
  const exact = entries.map(({ key, chunk }) => {
    const { speaker, occurredAt, counts, asks, following } = chunk;
    const last = following.findLastIndex((other) => pooled.has(other));
    const next = following
      .slice(0, last + 1)
      .map((other) => named(...(other.split('/') as [string, string])));
    return [key, { speaker, occurredAt, counts, asks, following: next }];
  });
  return {
    chunks: Object.fromEntries(exact) as Record<string, object>,
    scope: pool.scope,
    moreByWords: pool.moreByWords,
    exhaustive: pool.exhaustive,
    nearness: Object.fromEntries(
      entries.map(({ key, chunk: { cosine, similarity } }) => [key, [cosine, similarity]]),
    ),
    nearestLeft: pool.nearestLeft,
  };
}

/** Vectors of half precision differ from ours by less. */
const TOLERANCE = 1e-3;

/** Holds a pool against the one of the reference. */
export function expectSamePool(pool: DescribedPool, reference: DescribedPool): void {
  const { nearness, nearestLeft, ...exact } = pool;
  const { nearness: wanted, nearestLeft: wantedLeft, ...wantedExact } = reference;
  expect(exact).toEqual(wantedExact);
  for (const [key, values] of Object.entries(wanted))
    for (const [i, value] of values.entries())
      expect(Math.abs((nearness[key]?.[i] ?? NaN) - value)).toBeLessThan(TOLERANCE);
  expect(nearestLeft === undefined).toBe(wantedLeft === undefined);
  if (wantedLeft !== undefined) expect(Math.abs(nearestLeft! - wantedLeft)).toBeLessThan(TOLERANCE);
}
