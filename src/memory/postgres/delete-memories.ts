import { Deletion, MemoryFilter } from '../memory';
import { CountMismatchError } from '../memory.errors';
import { memoryConditions } from './search/filter-sql';
import { countMemories, keyCondition } from './find-memories';
import { SqlParameters, timestampText } from './sql-parameters';
import { TenantContext } from './tenant-context';

export async function deleteMemory(tenant: TenantContext, key: string): Promise<boolean> {
  const parameters = new SqlParameters();
  const conditions = memoryConditions(tenant.userId, {}, tenant.now, 'memory', parameters);
  return (await deleteWhere(tenant, [...conditions, keyCondition(key, parameters)], parameters)) > 0;
}

/** Throws where the count differs, so that the transaction takes the deletion back. */
export async function deleteMatchingMemories(
  tenant: TenantContext,
  filter: MemoryFilter,
  { dryRun, expectedCount }: { readonly dryRun: boolean; readonly expectedCount?: number },
): Promise<Deletion> {
  const parameters = new SqlParameters();
  const conditions = memoryConditions(tenant.userId, filter, tenant.now, 'memory', parameters);
  const matched = dryRun
    ? await countMemories(tenant, filter)
    : await deleteWhere(tenant, conditions, parameters);
  if (expectedCount !== undefined && expectedCount !== matched)
    throw new CountMismatchError(matched, expectedCount);
  return { matched, deleted: dryRun ? 0 : matched };
}

/** An expired memory is as if deleted, so its external id is free: it makes room for the one that takes it. */
export async function deleteExpired(tenant: TenantContext, externalIds: readonly string[]): Promise<void> {
  const parameters = new SqlParameters();
  await deleteWhere(
    tenant,
    [
      `memory.user_id = ${parameters.add(tenant.userId, 'bigint')}`,
      `memory.external_id = any(${parameters.add([...externalIds], 'text[]')})`,
      `memory.expires_at <= ${parameters.add(timestampText(tenant.now), 'timestamptz')}`,
    ],
    parameters,
  );
}

/** The vectors go with their memories. */
async function deleteWhere(
  { connection }: TenantContext,
  conditions: readonly string[],
  parameters: SqlParameters,
): Promise<number> {
  const { rowCount } = await connection.query(
    `delete from wisdom_memory.memories as memory where ${conditions.join(' and ')}`,
    parameters.values,
  );
  return rowCount ?? 0;
}
