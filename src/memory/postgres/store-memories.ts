import { EmbeddedMemory, Memory } from '../memory';
import { newMemoryId } from '../memory-id';
import { storedMemory } from '../stored-memory';
import { deleteExpired } from './delete-memories';
import { findMemory, lockByExternalIds } from './find-memories';
import { TenantContext } from './tenant-context';
import { fillWordsOf } from './words/fill-words';
import { COPY_FROM, copyFieldsToVectors, deleteVectors, vectorsOf, writeRows } from './write-rows';

/** Whether `storeMemories` asks all of its statements before it waits for any. COPY is better sent piece by piece. */
export function asksAtOnce(memories: readonly EmbeddedMemory[]): boolean {
  return memories.every(({ memory }) => memory.externalId === null) && vectorsOf(memories) < COPY_FROM;
}

export async function storeMemories(
  tenant: TenantContext,
  memories: readonly EmbeddedMemory[],
): Promise<Memory[]> {
  const externalIds = memories.flatMap(({ memory }) => memory.externalId ?? []);
  const replaced = externalIds.length === 0 ? [] : await claim(tenant, externalIds);
  const byExternalId = new Map(replaced.map((memory) => [memory.externalId, memory]));
  const { userId, now } = tenant;
  const rows = memories.map(({ memory: input, vectors }) => {
    const earlier = input.externalId === null ? undefined : byExternalId.get(input.externalId);
    return { memory: storedMemory(input, { id: newMemoryId(), userId, now }, earlier), vectors };
  });
  const replacedIds = replaced.map(({ id }) => id);
  // Asked in this order without waiting for each other.
  await Promise.all([
    ensureTenant(tenant),
    ...(replacedIds.length > 0 ? [deleteVectors(tenant, replacedIds)] : []),
    writeRows(tenant, rows),
  ]);
  return rows.map(({ memory }) => memory);
}

/** The memory is locked from reading to writing, so of two revisions the second sees the first. */
export async function updateMemory(
  tenant: TenantContext,
  key: string,
  revise: (current: Memory) => Memory,
  vectors?: readonly Float32Array[],
): Promise<Memory | undefined> {
  const current = await findMemory(tenant, key, { lock: true });
  if (!current) return undefined;
  const memory = { ...revise(current), updatedAt: tenant.now };
  if (vectors) await deleteVectors(tenant, [memory.id]);
  await writeRows(tenant, [{ memory, vectors: vectors ?? [] }]);
  if (!vectors) await copyFieldsToVectors(tenant, memory.id);
  if (!vectors && memory.content !== current.content) await fillWordsOf(tenant, [memory.id]);
  return memory;
}

/** The tenant's row, which everything else of it refers to. */
export async function ensureTenant({ connection }: TenantContext): Promise<void> {
  await connection.query('select wisdom_memory.ensure_tenant()');
}

/**
 * Writers of keys are let in one by one, for each user: two who both find a key free would otherwise both take it.
 *
 * @returns the memories that have these keys now, locked.
 */
async function claim(tenant: TenantContext, externalIds: readonly string[]): Promise<Memory[]> {
  await lockTenant(tenant, 'external ids');
  await deleteExpired(tenant, externalIds);
  return lockByExternalIds(tenant, externalIds);
}

/** Until the transaction ends, nobody else holds the same lock of this user. */
export async function lockTenant(
  { connection, userId }: Pick<TenantContext, 'connection' | 'userId'>,
  purpose: string,
): Promise<void> {
  await connection.query(`select pg_advisory_xact_lock(hashtextextended($1::text, $2::bigint))`, [
    `wisdom_memory ${purpose}`,
    userId,
  ]);
}
