import { ListQuery, Memory, MemoryFilter, MemoryPage } from '../memory';
import { isMemoryId } from '../memory-id';
import { memoryConditions } from './search/filter-sql';
import { MEMORY_COLUMNS, MEMORY_TABLES, memoryFromRow, MemoryRow } from './memory-row';
import { SqlParameters, timestampText } from './sql-parameters';
import { rowsOf, rowsOfKept, TenantContext } from './tenant-context';

/** @param lock whether nobody else may change the memory until the transaction ends. */
export async function findMemory(
  tenant: TenantContext,
  key: string,
  { lock = false } = {},
): Promise<Memory | undefined> {
  const parameters = new SqlParameters();
  const [row] = await rowsOf<MemoryRow>(
    tenant,
    `select ${MEMORY_COLUMNS} from ${MEMORY_TABLES}
     where ${memoryConditions(tenant.userId, {}, tenant.now, 'memory', parameters).join(' and ')}
       and ${keyCondition(key, parameters)} ${lock ? 'for update of memory' : ''}`,
    parameters.values,
  );
  return row && memoryFromRow(tenant.userId, row);
}

/** The live ones of these ids, in that order. */
export async function findMemories(tenant: TenantContext, ids: readonly string[]): Promise<Memory[]> {
  const parameters = new SqlParameters();
  const rows = await rowsOfKept<MemoryRow>(
    tenant,
    `select ${MEMORY_COLUMNS} from ${MEMORY_TABLES}
     where ${memoryConditions(tenant.userId, {}, tenant.now, 'memory', parameters).join(' and ')}
       and memory.id = any(${parameters.add([...ids], 'uuid[]')})`,
    parameters.values,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row ? [memoryFromRow(tenant.userId, row)] : [];
  });
}

/** The live memories of these external ids, locked. In one order for everybody, so that no two wait for each other. */
export async function lockByExternalIds(
  tenant: TenantContext,
  externalIds: readonly string[],
): Promise<Memory[]> {
  const parameters = new SqlParameters();
  const rows = await rowsOf<MemoryRow>(
    tenant,
    `select ${MEMORY_COLUMNS} from ${MEMORY_TABLES}
     where ${memoryConditions(tenant.userId, {}, tenant.now, 'memory', parameters).join(' and ')}
       and memory.external_id = any(${parameters.add([...externalIds], 'text[]')})
     order by memory.id for update of memory`,
    parameters.values,
  );
  return rows.map((row) => memoryFromRow(tenant.userId, row));
}

export async function listMemories(tenant: TenantContext, query: ListQuery): Promise<MemoryPage> {
  const { order, limit, after } = query;
  const parameters = new SqlParameters();
  const conditions = memoryConditions(tenant.userId, query.filter, tenant.now, 'memory', parameters);
  const direction = order === 'ascending' ? 'asc' : 'desc';
  const behind = after && [
    `(memory.occurred_at, memory.id) ${order === 'ascending' ? '>' : '<'}`,
    `(${parameters.add(timestampText(after.occurredAt), 'timestamptz')}, ${parameters.add(after.id, 'uuid')})`,
  ];
  // One more than asked for tells whether there is a next page.
  const rows = await rowsOf<MemoryRow>(
    tenant,
    `select ${MEMORY_COLUMNS} from ${MEMORY_TABLES}
     where ${[...conditions, ...(behind ? [behind.join(' ')] : [])].join(' and ')}
     order by memory.occurred_at ${direction}, memory.id ${direction}
     limit ${parameters.add(limit + 1, 'integer')}`,
    parameters.values,
  );
  const items = rows.slice(0, limit).map((row) => memoryFromRow(tenant.userId, row));
  const last = rows.length > limit ? items.at(-1) : undefined;
  return {
    items,
    next: last ? { occurredAt: last.occurredAt, id: last.id } : null,
    ...(query.withTotal ? { total: await countMemories(tenant, query.filter) } : {}),
  };
}

export async function countMemories(tenant: TenantContext, filter: MemoryFilter): Promise<number> {
  const parameters = new SqlParameters();
  const [row] = await rowsOf<{ count: string }>(
    tenant,
    `select count(*) from wisdom_memory.memories as memory
     where ${memoryConditions(tenant.userId, filter, tenant.now, 'memory', parameters).join(' and ')}`,
    parameters.values,
  );
  return Number(row!.count);
}

/** A key is an id, in any case, or an external id. No key has NUL: PostgreSQL takes none, not even to compare with. */
export function keyCondition(key: string, parameters: SqlParameters): string {
  if (key.includes('\0')) return 'false';
  return isMemoryId(key)
    ? `memory.id = ${parameters.add(key, 'uuid')}`
    : `memory.external_id = ${parameters.add(key, 'text')}`;
}
