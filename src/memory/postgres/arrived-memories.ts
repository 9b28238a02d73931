import { timestampText } from './sql-parameters';
import { rowsOf, TenantContext } from './tenant-context';

/** Ids of those memories that are here, in the version that was updated then or in a later one. */
export async function arrivedMemories(
  tenant: TenantContext,
  memories: readonly { readonly id: string; readonly updatedAt: Date }[],
): Promise<Set<string>> {
  const rows = await rowsOf<{ id: string }>(
    tenant,
    `select memory.id from unnest($2::uuid[], $3::timestamptz[]) as wanted (id, updated_at)
     join wisdom_memory.memories as memory on memory.user_id = $1::bigint and memory.id = wanted.id
     where memory.updated_at >= wanted.updated_at`,
    [tenant.userId, memories.map(({ id }) => id), memories.map(({ updatedAt }) => timestampText(updatedAt))],
  );
  return new Set(rows.map(({ id }) => id));
}
