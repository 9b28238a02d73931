import { SqlParameters, timestampText } from '../../memory/postgres/sql-parameters';
import { rowsOf, TenantContext } from '../../memory/postgres/tenant-context';
import { DecisionContext, HeldMemories, HeldMemory, isNamesake, secondName } from '../import-decision';
import type { ImportRecord } from '../migration-target';

type Tenant = Pick<TenantContext, 'connection' | 'userId' | 'now'>;

interface HeldRow {
  readonly id: string;
  readonly external_id: string | null;
  readonly updated_at: Date;
  readonly import_run_id: string | null;
  readonly is_replacement: boolean;
  readonly expired: boolean;
}

/** What the tenant has of a batch, expired ones apart: these are as if deleted, but take their place all the same. */
export interface Held {
  readonly live: HeldMemories;
  readonly expiredIds: readonly string[];
}

export async function findHeld(
  tenant: Tenant,
  records: readonly ImportRecord[],
  context: DecisionContext,
): Promise<Held> {
  const ids = records.map(({ memory }) => memory.id);
  const externalIds = records.flatMap(({ memory }) => memory.externalId ?? []);
  const rows = await heldRows(tenant, ids, externalIds);
  const found = new HeldMemories(rows.filter(({ expired }) => !expired).map(heldMemory));
  const secondNames = records
    .filter((record) => isNamesake(record, found.ofExternalId(record.memory.externalId), context))
    .map((record) => secondName(record, context));
  if (secondNames.length > 0) rows.push(...(await heldRows(tenant, [], secondNames)));
  return {
    live: new HeldMemories(rows.filter(({ expired }) => !expired).map(heldMemory)),
    expiredIds: rows.filter(({ expired }) => expired).map(({ id }) => id),
  };
}

/** Two lookups, each by its own unique index. */
async function heldRows(
  tenant: Tenant,
  ids: readonly string[],
  externalIds: readonly string[],
): Promise<HeldRow[]> {
  const parameters = new SqlParameters();
  const userId = parameters.add(tenant.userId, 'bigint');
  const now = parameters.add(timestampText(tenant.now), 'timestamptz');
  const selected = `
    select memory.id, memory.external_id, memory.updated_at, memory.import_run_id,
           exists (select from wisdom_memory.import_undo as undo
                   where undo.user_id = ${userId} and undo.run_id = memory.import_run_id
                     and undo.memory_id = memory.id) as is_replacement,
           coalesce(memory.expires_at <= ${now}, false) as expired
    from wisdom_memory.memories as memory where memory.user_id = ${userId}`;
  return rowsOf<HeldRow>(
    tenant as TenantContext,
    `${selected} and memory.id = any(${parameters.add(ids, 'uuid[]')})
     union
     ${selected} and memory.external_id = any(${parameters.add(externalIds, 'text[]')})`,
    parameters.values,
  );
}

function heldMemory(row: HeldRow): HeldMemory {
  return {
    id: row.id,
    externalId: row.external_id,
    updatedAt: row.updated_at,
    importRunId: row.import_run_id,
    isReplacement: row.is_replacement,
  };
}
