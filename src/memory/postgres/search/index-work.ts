import type { ApproximateIndex, TenantSize, VectorSpace } from './approximate-index';

/** Each is looked at by the planner for every statement, and by every insert. */
const MOST_INDEXES = 100;

export interface IndexWork {
  readonly drop: readonly ApproximateIndex[];
  readonly build: readonly TenantSize[];
}

/** A tenant keeps its index until it has become so small: one at the limit does not build and drop it again and again. */
export function keptAbove(exactUpTo: number): number {
  return Math.floor(exactUpTo / 2);
}

/**
 * What is to be done so that exactly the large tenants have a whole index, the largest first.
 *
 * @param existing every index; what is not valid is taken for left over.
 * @param tenants those with more vectors than `keptAbove(exactUpTo)`.
 */
export function indexWork(
  existing: readonly ApproximateIndex[],
  tenants: readonly TenantSize[],
  { modelId }: Pick<VectorSpace, 'modelId'>,
  exactUpTo: number,
): IndexWork {
  const large = new Set(tenants.map(({ userId }) => userId));
  const kept = existing.filter(
    (index) => index.valid && index.modelId === modelId && large.has(index.userId),
  );
  const indexed = new Set(kept.map(({ userId }) => userId));
  return {
    drop: existing.filter((index) => !kept.includes(index)),
    build: tenants
      .filter(({ userId, vectors }) => vectors > exactUpTo && !indexed.has(userId))
      .sort((a, b) => b.vectors - a.vectors)
      .slice(0, Math.max(0, MOST_INDEXES - kept.length)),
  };
}
