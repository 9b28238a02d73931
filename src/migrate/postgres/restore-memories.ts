import type { PoolClient } from 'pg';
import { Current, Replaced, Restoration, restorationsOf } from './restoration';

export interface RunOfTenant {
  readonly connection: PoolClient;
  readonly userId: number;
  readonly runId: string;
}

/** What the run replaced, a page of it by id. */
export async function replacedPage(
  { connection, userId, runId }: RunOfTenant,
  after: string | undefined,
  limit: number,
): Promise<Replaced[]> {
  const { rows } = await connection.query<Replaced>(
    `select memory_id as id, before -> 'memory' ->> 'external_id' as "externalId"
     from wisdom_memory.import_undo
     where user_id = $1::bigint and run_id = $2::uuid and memory_id > coalesce($3::uuid, ${SMALLEST_ID})
     order by memory_id limit $4::integer`,
    [userId, runId, after, limit],
  );
  return rows;
}

/** Puts memories back with their vectors where what the run made of them is untouched. */
export async function restoreMemories(
  run: RunOfTenant,
  replaced: readonly Replaced[],
): Promise<Restoration[]> {
  const restorations = restorationsOf(replaced, await lockCurrent(run, replaced));
  const restored = restorations.filter((made) => made.kind === 'restore');
  await freeExternalIds(
    run,
    restored.flatMap((made) => made.replaced.externalId ?? []),
  );
  await deleteMemories(
    run,
    restored.map(({ instead }) => instead.id),
  );
  await putBack(
    run,
    restored.map((made) => made.replaced.id),
  );
  return restorations;
}

export async function deleteMemories(
  { connection, userId }: Pick<RunOfTenant, 'connection' | 'userId'>,
  ids: readonly string[],
): Promise<void> {
  await connection.query(
    `delete from wisdom_memory.memories where user_id = $1::bigint and id = any($2::uuid[])`,
    [userId, ids],
  );
}

export const SMALLEST_ID = `'00000000-0000-0000-0000-000000000000'::uuid`;

/** Locked in the order that everybody locks in. */
async function lockCurrent(
  { connection, userId, runId }: RunOfTenant,
  replaced: readonly Replaced[],
): Promise<Current[]> {
  const ids = replaced.map(({ id }) => id);
  const externalIds = replaced.flatMap(({ externalId }) => externalId ?? []);
  const { rows } = await connection.query<Current>(
    `select memory.id, memory.external_id as "externalId",
            memory.import_run_id is not distinct from $4::uuid as "isOfRun",
            memory.updated_at is not distinct from memory.import_updated_at as "isUntouched"
     from wisdom_memory.memories as memory
     where memory.user_id = $1::bigint and memory.id in (
       select id from wisdom_memory.memories where user_id = $1::bigint and id = any($2::uuid[])
       union
       select id from wisdom_memory.memories where user_id = $1::bigint and external_id = any($3::text[]))
     order by memory.id for update of memory`,
    [userId, ids, externalIds, runId],
  );
  return rows;
}

/** What the run wrote under these goes anyway, now or with a later page. */
async function freeExternalIds(
  { connection, userId, runId }: RunOfTenant,
  externalIds: readonly string[],
): Promise<void> {
  await connection.query(
    `update wisdom_memory.memories set external_id = null
     where user_id = $1::bigint and external_id = any($2::text[]) and import_run_id = $3::uuid
       and updated_at = import_updated_at`,
    [userId, externalIds, runId],
  );
}

async function putBack(
  { connection, userId, runId }: RunOfTenant,
  memoryIds: readonly string[],
): Promise<void> {
  const of = `from wisdom_memory.import_undo as undo`;
  const which = `where undo.user_id = $1::bigint and undo.run_id = $2::uuid and undo.memory_id = any($3::uuid[])`;
  const values = [userId, runId, memoryIds];
  await connection.query(
    `insert into wisdom_memory.memories
     select restored.* ${of},
       jsonb_populate_record(null::wisdom_memory.memories, undo.before -> 'memory') as restored ${which}`,
    values,
  );
  // Words of an analysis that is no longer in force are left out: the service writes them anew.
  await connection.query(
    `insert into wisdom_memory.memory_vectors
     select restored.* ${of}, jsonb_array_elements(undo.before -> 'vectors') as vector,
       jsonb_populate_record(null::wisdom_memory.memory_vectors,
         case when wisdom_memory.words_are_by(undo.before ->> 'words_by') then vector else vector - 'lexemes' end
       ) as restored ${which}`,
    values,
  );
  await connection.query(`delete ${of} ${which}`, values);
}
