import { SearchHit, VectorQuery } from '../../memory';
import { MEMORY_COLUMNS, MEMORY_TABLES, memoryFromRow, MemoryRow } from '../memory-row';
import { SqlParameters } from '../sql-parameters';
import { TenantContext } from '../tenant-context';

/** A memory's best chunk is among the nearest `4 x k` chunks of nearly every question. */
export const CHUNKS_PER_MEMORY = 4;

export interface HitRow extends MemoryRow {
  readonly distance: number;
  /** How many chunks were candidates; fewer than asked for means that no more were found. */
  readonly candidates: number;
  readonly farthest: number;
}

/**
 * The best chunk of each memory among the nearest ones, and the memories. What is told of all candidates is counted once,
 * in selects of its own: joined, the planner counted it for every result anew.
 *
 * @param nearest a select of `memory_id` and `distance`, one row a chunk.
 */
export function hitsSql(
  tenant: TenantContext,
  { limit, minSimilarity = -1 }: VectorQuery,
  nearest: string,
  parameters: SqlParameters,
): string {
  return `
    with nearest as materialized (${nearest}),
    best as (
      select memory_id, min(distance) as distance from nearest
      where distance <= ${parameters.add(1 - minSimilarity, 'float8')}
      group by memory_id order by 2, 1 limit ${parameters.add(limit, 'integer')}
    )
    select ${MEMORY_COLUMNS}, best.distance,
      (select count(*)::integer from nearest) as candidates, (select max(distance) from nearest) as farthest
    from best
    join ${MEMORY_TABLES} on memory.user_id = ${parameters.add(tenant.userId, 'bigint')} and memory.id = best.memory_id
    order by best.distance, memory.id`;
}

export function hitOf(tenant: TenantContext, row: HitRow): SearchHit {
  return { memory: memoryFromRow(tenant.userId, row), similarity: 1 - row.distance };
}
