import type { PoolClient } from 'pg';
import { lockTenant } from '../../memory/postgres/store-memories';
import type { OwnersRolledBack } from '../rollback/rollback';
import { asTenant } from './import-connection';
import type { RunOfTenant } from './restore-memories';

/**
 * Removes the tenant's projects that the run made and no memory is in, nor one that could be restored. They are locked
 * first: whoever stores into one meanwhile comes before or after, never between.
 */
export async function removeUnusedProjects(run: RunOfTenant): Promise<OwnersRolledBack> {
  const { connection, userId, runId } = run;
  await lockTenant(run, 'projects');
  const { rows: made } = await connection.query<{ name: string }>(
    `select name from wisdom_memory.projects where user_id = $1::bigint and import_run_id = $2::uuid
     order by id for update`,
    [userId, runId],
  );
  const { rows: removed } = await connection.query<{ name: string }>(
    `with replaced as materialized (
       select distinct (before -> 'memory' ->> 'project_id')::integer as project_id
       from wisdom_memory.import_undo where user_id = $1::bigint)
     delete from wisdom_memory.projects as project
     where project.user_id = $1::bigint and project.import_run_id = $2::uuid
       and not exists (select from replaced where replaced.project_id = project.id)
       and not exists (select from wisdom_memory.memories as memory
                       where memory.user_id = $1::bigint and memory.project_id = project.id)
     returning project.name`,
    [userId, runId],
  );
  const gone = new Set(removed.map(({ name }) => name));
  return {
    removed: gone.size,
    kept: made.map(({ name }) => name).filter((name) => !gone.has(name)),
  };
}

/** Removes the users that the run made and that have nothing. As the owner, in a transaction. */
export async function removeUnusedUsers(connection: PoolClient, runId: string): Promise<OwnersRolledBack> {
  const { rows: made } = await connection.query<{ id: string; name: string }>(
    `select id, name from wisdom_memory.users where import_run_id = $1::uuid order by id for update`,
    [runId],
  );
  const kept: string[] = [];
  for (const { id, name } of made) {
    if (await asTenant(connection, Number(id), () => hasSomething(connection, id))) kept.push(name);
    else await connection.query(`delete from wisdom_memory.users where id = $1::bigint`, [id]);
  }
  return { removed: made.length - kept.length, kept };
}

async function hasSomething(connection: PoolClient, userId: string): Promise<boolean> {
  const { rows } = await connection.query<{ found: boolean }>(
    `select ${['memories', 'projects', 'import_undo']
      .map((table) => `exists (select from wisdom_memory.${table} where user_id = $1::bigint)`)
      .join(' or ')} as found`,
    [userId],
  );
  return rows[0]!.found;
}
