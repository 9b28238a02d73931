import { SearchAnswer, VectorQuery } from '../../memory';
import { searchExactly } from './exact-search';
import { searchByIndex } from './index-search';
import { metadataNeedles } from './metadata-needles';
import { rowsOf, TenantContext } from '../tenant-context';

/**
 * Up to so many matches of a metadata filter the memories are looked up first and then ranked; of more, memories are
 * ranked first and looked at in that order until enough match.
 */
const FILTER_FIRST_UP_TO = 1_000;

/**
 * The memories nearest to a vector.
 *
 * @param indexed whether the tenant has an approximate index; what it leaves open exact search answers.
 */
export async function searchMemories(
  tenant: TenantContext,
  query: VectorQuery,
  indexed: boolean,
): Promise<SearchAnswer> {
  const memoryIds = await matchesOfMetadata(tenant, query);
  const approximate = indexed && !memoryIds ? await searchByIndex(tenant, query) : undefined;
  return approximate ?? searchExactly(tenant, query, memoryIds);
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
