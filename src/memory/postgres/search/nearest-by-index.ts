import type { CandidateQuery } from '../../candidates';
import { PLANS_FOR_EVERY_TENANT } from '../database/app-transaction';
import { bonusSql, candidateConditions, RankedChunk } from './candidates-sql';
import { halfVector } from './half-precision';
import { INDEX_RANKS, INDEX_SETTINGS } from './index-search';
import { SqlParameters } from '../sql-parameters';
import { rowsOfKept, TenantContext } from '../tenant-context';

/**
 * The nearest candidates, and one more, as the tenant's approximate index gives them; a speaker who is named is preferred among
 * the nearest chunks that are looked at.
 *
 * @returns undefined where it did not find as many; whether it exists does not matter.
 */
export async function nearestByIndex(
  tenant: TenantContext,
  query: CandidateQuery,
): Promise<RankedChunk[] | undefined> {
  const wanted = query.byVector + 1;
  if (wanted > INDEX_RANKS) return undefined;
  await tenant.connection.query(INDEX_SETTINGS);
  const parameters = new SqlParameters();
  const rows = await rowsOfKept<RankedChunk>(
    tenant,
    nearestSql(tenant, query, wanted, parameters),
    parameters.values,
  );
  await tenant.connection.query(PLANS_FOR_EVERY_TENANT);
  return rows.length < wanted ? undefined : rows;
}

/** The order is the very expression that the index is made of; the filter stands outside the limit. */
function nearestSql(
  tenant: TenantContext,
  query: CandidateQuery,
  wanted: number,
  parameters: SqlParameters,
): string {
  const { vector, named } = query;
  const type = `halfvec(${vector.length})`;
  const distance = `vector.embedding::${type} <=> ${parameters.add(halfVector(vector), type)}`;
  return `
    select memory_id, chunk, session_id, occurred_at, 1 - (distance ${bonusSql(named, 'vector', parameters)}) as rank
    from (
      select *, ${distance} as distance from wisdom_memory.memory_vectors as vector
      where vector.user_id = ${parameters.add(tenant.userId, 'bigint')}
        and vector.model_id = ${parameters.add(tenant.modelId, 'smallint')}
      order by ${distance} limit ${INDEX_RANKS}
    ) as vector
    where ${candidateConditions(tenant, query, 'vector', parameters).join(' and ')}
    order by rank desc, memory_id, chunk limit ${parameters.add(wanted, 'integer')}`;
}
