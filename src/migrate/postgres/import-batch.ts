import { StartupError } from '../../common/startup.error';
import { lockTenant } from '../../memory/postgres/store-memories';
import type { TenantContext } from '../../memory/postgres/tenant-context';
import { deleteVectors, MemoryRows, writeRows } from '../../memory/postgres/write-rows';
import { decide, Decision, DecisionContext } from '../import-decision';
import type { BatchOutcome, ImportRecord } from '../migration-target';
import { findHeld } from './held-memories';

export interface ImportContext extends DecisionContext {
  /** By name; all that the batch needs. */
  readonly projects: ReadonlyMap<string, number>;
}

/** Writes what is not there yet, as the tenant. */
export async function importBatch(
  tenant: TenantContext,
  records: readonly ImportRecord[],
  context: ImportContext,
): Promise<BatchOutcome> {
  if (records.length === 0) return outcomeOf([]);
  // As for every upsert: two who both find a key free would otherwise both take it.
  await lockTenant(tenant, 'external ids');
  const { live, expiredIds } = await findHeld(tenant, records, context);
  if (expiredIds.length > 0) await deleteMemories(tenant, expiredIds);
  const decisions = decide(records, live, context);
  await makeWay(tenant, context.runId, decisions);
  await writeRows(
    tenant,
    decisions.flatMap((decision) => rowsToWrite(decision, context.projects)),
    context.runId,
  );
  return outcomeOf(decisions);
}

export function outcomeOf(decisions: readonly Decision[]): BatchOutcome {
  const count = (holds: (decision: Decision) => boolean) => decisions.filter(holds).length;
  return {
    inserted: count((made) => made.kind === 'insert' || (made.kind === 'done' && made.as === 'insert')),
    overwritten: count(
      (made) => made.kind === 'overwrite' || (made.kind === 'done' && made.as === 'overwrite'),
    ),
    skipped: count(({ kind }) => kind === 'skip'),
    newerInSource: count((made) => made.kind === 'skip' && made.newerInSource),
    renamed: decisions.flatMap((made) => (made.kind === 'insert' ? (made.renamed ?? []) : [])),
  };
}

function rowsToWrite(decision: Decision, projects: ReadonlyMap<string, number>): MemoryRows[] {
  if (decision.kind !== 'insert' && decision.kind !== 'overwrite') return [];
  const { recordId, memory, vectors } = decision.record;
  // Skipped a moment ago and therefore not embedded, then deleted by somebody.
  if (vectors.length === 0)
    throw new StartupError(`${recordId} was deleted here while it was being migrated: resume.`);
  const projectId = memory.project === null ? null : projects.get(memory.project)!;
  const written = { ...memory, projectId };
  return [{ memory: written, vectors }];
}

/** What is overwritten loses its vectors, and goes altogether where the memory that replaces it has another id. */
async function makeWay(tenant: TenantContext, runId: string, decisions: readonly Decision[]): Promise<void> {
  const replaced = decisions.flatMap((decision) => (decision.kind === 'overwrite' ? [decision] : []));
  if (replaced.length === 0) return;
  const ids = replaced.map(({ held }) => held.id);
  await keepForUndo(tenant, runId, ids);
  await deleteVectors(tenant, ids);
  const others = replaced.filter(({ held, record }) => held.id !== record.memory.id);
  if (others.length > 0)
    await deleteMemories(
      tenant,
      others.map(({ held }) => held.id),
    );
}

/**
 * The rows that are about to be replaced, with their vectors. Locked in the order that everybody locks in, so that
 * nothing comes between what is kept and what is replaced.
 */
async function keepForUndo(
  { connection, userId }: TenantContext,
  runId: string,
  ids: readonly string[],
): Promise<void> {
  await connection.query(
    `select from wisdom_memory.memories where user_id = $1::bigint and id = any($2::uuid[]) order by id for update`,
    [userId, ids],
  );
  await connection.query(
    `insert into wisdom_memory.import_undo (user_id, run_id, memory_id, before)
     select memory.user_id, $2::uuid, memory.id,
            jsonb_build_object('memory', to_jsonb(memory),
              'words_by', (select name from wisdom_memory.word_record() where complete), 'vectors',
              (select coalesce(jsonb_agg(to_jsonb(vector) order by vector.chunk), '[]')
               from wisdom_memory.memory_vectors as vector
               where vector.user_id = $1::bigint and vector.memory_id = memory.id))
     from wisdom_memory.memories as memory
     where memory.user_id = $1::bigint and memory.id = any($3::uuid[])
     on conflict do nothing`,
    [userId, runId, ids],
  );
}

async function deleteMemories({ connection, userId }: TenantContext, ids: readonly string[]): Promise<void> {
  await connection.query(
    `delete from wisdom_memory.memories where user_id = $1::bigint and id = any($2::uuid[])`,
    [userId, ids],
  );
}
