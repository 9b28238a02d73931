import { SearchAnswer, SearchHit, VectorQuery } from '../memory';
import { fieldConditions } from './filter-sql';
import { MEMORY_COLUMNS, MEMORY_TABLES, memoryFromRow, MemoryRow } from './memory-row';
import { metadataNeedles } from './metadata-needles';
import { metadataSql } from './metadata-sql';
import { SqlParameters } from './sql-parameters';
import { vectorText } from './stored-row';
import { rowsOf, TenantContext } from './tenant-context';

/** A memory's best chunk is among the nearest `4 x k` chunks of nearly every question; where not, twice as many. */
const CHUNKS_PER_MEMORY = 4;

/**
 * Up to so many matches of a metadata filter the memories are looked up first and then ranked; of more, memories are
 * ranked first and looked at in that order until enough match.
 */
const FILTER_FIRST_UP_TO = 1_000;

interface HitRow extends MemoryRow {
  readonly distance: number;
  /** How many chunks were candidates; fewer than asked for means that there are no more. */
  readonly candidates: number;
  readonly farthest: number;
}

/** Compares every vector that the filter leaves. */
export async function searchExactly(tenant: TenantContext, query: VectorQuery): Promise<SearchAnswer> {
  const memoryIds = await matchesOfMetadata(tenant, query);
  for (let chunks = query.limit * CHUNKS_PER_MEMORY; ; chunks *= 2) {
    const parameters = new SqlParameters();
    const sql = searchSql(tenant, query, { chunks, memoryIds }, parameters);
    const rows = await rowsOf<HitRow>(tenant, sql, parameters.values);
    if (rows.length === query.limit || isComplete(rows[0], chunks, query))
      return { hits: rows.map((row) => hitOf(tenant, row)), strategy: 'exact', exhaustive: true };
  }
}

/** Whether more candidates would bring no more results: there are none, or they are farther than asked for. */
function isComplete(row: HitRow | undefined, chunks: number, { minSimilarity = -1 }: VectorQuery): boolean {
  return row === undefined || row.candidates < chunks || row.farthest > 1 - minSimilarity;
}

/** The ids among which all matches of a metadata filter are, if these are few and an index tells them. */
async function matchesOfMetadata(
  tenant: TenantContext,
  { filter }: VectorQuery,
): Promise<string[] | undefined> {
  const needles = filter.metadata && metadataNeedles(filter.metadata);
  if (!needles) return undefined;
  const rows = await rowsOf<{ id: string }>(
    tenant,
    `select wisdom_memory.memories_with_metadata($1::jsonb[], $2::integer) as id`,
    [needles.map((needle) => JSON.stringify(needle)), FILTER_FIRST_UP_TO + 1],
  );
  return rows.length > FILTER_FIRST_UP_TO ? undefined : rows.map(({ id }) => id);
}

/**
 * The nearest chunks, the best of each memory, the memories. `+ 0` keeps the order from ever being taken from an
 * approximate index.
 */
function searchSql(
  tenant: TenantContext,
  query: VectorQuery,
  { chunks, memoryIds }: { readonly chunks: number; readonly memoryIds?: readonly string[] },
  parameters: SqlParameters,
): string {
  const { limit, minSimilarity = -1 } = query;
  const most = parameters.add(chunks, 'integer');
  return `
    with nearest as materialized (${nearestSql(tenant, query, most, memoryIds, parameters)}),
    best as (
      select memory_id, min(distance) as distance from nearest
      where distance <= ${parameters.add(1 - minSimilarity, 'float8')}
      group by memory_id order by 2, 1 limit ${parameters.add(limit, 'integer')}
    )
    select ${MEMORY_COLUMNS}, best.distance, totals.*
    from best
    cross join (select count(*)::integer as candidates, max(distance) as farthest from nearest) as totals
    join ${MEMORY_TABLES} on memory.user_id = ${parameters.add(tenant.userId, 'bigint')} and memory.id = best.memory_id
    order by best.distance, memory.id`;
}

/**
 * The nearest chunks in order. A vector of length zero has no cosine: its distance is NaN, which sorts last. With a
 * metadata filter all are ranked and looked at lazily: `offset 0` keeps the planner from turning either query around.
 */
function nearestSql(
  tenant: TenantContext,
  { vector, filter }: VectorQuery,
  most: string,
  memoryIds: readonly string[] | undefined,
  parameters: SqlParameters,
): string {
  const conditions = [
    ...fieldConditions(tenant.userId, filter, tenant.now, 'vector', parameters),
    `vector.model_id = ${parameters.add(tenant.modelId, 'smallint')}`,
    ...(memoryIds ? [`vector.memory_id = any(${parameters.add(memoryIds, 'uuid[]')})`] : []),
  ];
  const ranked = `
    select vector.memory_id, (vector.embedding <=> ${parameters.add(vectorText(vector), 'halfvec')}) + 0 as distance
    from wisdom_memory.memory_vectors as vector
    where ${conditions.join(' and ')}
    order by distance, memory_id`;
  if (!filter.metadata)
    return `select memory_id, distance from (${ranked} limit ${most}) as ranked where distance < 'NaN'`;
  return `
    select memory_id, distance from (${ranked} offset 0) as ranked
    where distance < 'NaN' and exists (
      select from wisdom_memory.memories as memory
      where memory.user_id = ${parameters.add(tenant.userId, 'bigint')} and memory.id = ranked.memory_id
        and ${metadataSql(filter.metadata, 'memory.metadata', parameters)}
      offset 0)
    order by distance, memory_id limit ${most}`;
}

function hitOf(tenant: TenantContext, row: HitRow): SearchHit {
  return { memory: memoryFromRow(tenant.userId, row), similarity: 1 - row.distance };
}
