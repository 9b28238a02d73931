import { SearchAnswer, VectorQuery } from '../../memory';
import { fieldConditions, metadataCondition } from './filter-sql';
import { halfVector } from './half-precision';
import { CHUNKS_PER_MEMORY, hitOf, HitRow, hitsSql } from './hits-statement';
import { SqlParameters } from '../sql-parameters';
import { rowsOfSearch, TenantContext } from '../tenant-context';

/**
 * Compares every vector that the filter leaves.
 *
 * @param memoryIds if given, all matches of the metadata filter are among these.
 */
export async function searchExactly(
  tenant: TenantContext,
  query: VectorQuery,
  memoryIds?: readonly string[],
): Promise<SearchAnswer> {
  // Where so many chunks are not enough, twice as many.
  for (let chunks = query.limit * CHUNKS_PER_MEMORY; ; chunks *= 2) {
    const parameters = new SqlParameters();
    const most = parameters.add(chunks, 'integer');
    const nearest = nearestSql(tenant, query, most, memoryIds, parameters);
    const sql = hitsSql(tenant, query, nearest, parameters);
    const rows = await rowsOfSearch<HitRow>(tenant, query.filter, sql, parameters.values);
    if (rows.length === query.limit || isComplete(rows[0], chunks, query))
      return { hits: rows.map((row) => hitOf(tenant, row)), strategy: 'exact', exhaustive: true };
  }
}

/** Whether more candidates would bring no more results: there are none, or they are farther than asked for. */
function isComplete(row: HitRow | undefined, chunks: number, { minSimilarity = -1 }: VectorQuery): boolean {
  return row === undefined || row.candidates < chunks || row.farthest > 1 - minSimilarity;
}

/**
 * The nearest chunks in order. `+ 0` keeps the order from ever being taken from an approximate index. A vector of length
 * zero has no cosine: its distance is NaN, which sorts last. With a metadata filter all are ranked and looked at
 * lazily: `offset 0` keeps the planner from turning the query around.
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
    select vector.memory_id, (vector.embedding <=> ${parameters.add(halfVector(vector), 'halfvec')}) + 0 as distance
    from wisdom_memory.memory_vectors as vector
    where ${conditions.join(' and ')}
    order by distance, memory_id`;
  if (!filter.metadata)
    return `select memory_id, distance from (${ranked} limit ${most}) as ranked where distance < 'NaN'`;
  return `
    select memory_id, distance from (${ranked} offset 0) as ranked
    where distance < 'NaN' and ${metadataCondition(tenant.userId, filter.metadata, 'ranked.memory_id', parameters)}
    order by distance, memory_id limit ${most}`;
}
