import type { MemoryVersion } from '../stored-memory';
import { timestampText } from './sql-parameters';
import { rowsOf, TenantContext } from './tenant-context';

/**
 * Ids of those memories that are here, under their id or their external id, in the version that was updated then or in
 * a later one.
 */
export async function arrivedMemories(
  tenant: TenantContext,
  memories: readonly MemoryVersion[],
): Promise<Set<string>> {
  const rows = await rowsOf<{ id: string }>(
    tenant,
    `select wanted.id
     from unnest($2::uuid[], $3::text[], $4::timestamptz[]) as wanted (id, external_id, updated_at)
     where exists (select from wisdom_memory.memories as memory
                   where memory.user_id = $1::bigint and memory.id = wanted.id
                     and memory.updated_at >= wanted.updated_at)
        or exists (select from wisdom_memory.memories as memory
                   where memory.user_id = $1::bigint and memory.external_id = wanted.external_id
                     and memory.updated_at >= wanted.updated_at)`,
    [
      tenant.userId,
      memories.map(({ id }) => id),
      memories.map(({ externalId }) => externalId),
      memories.map(({ updatedAt }) => timestampText(updatedAt)),
    ],
  );
  return new Set(rows.map(({ id }) => id));
}
