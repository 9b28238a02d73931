import type { PoolClient } from 'pg';
import type { Project } from '../../memory/memory';
import { lockTenant } from '../../memory/postgres/store-memories';
import { rowsOf, TenantContext } from '../../memory/postgres/tenant-context';
import type { SourceCollection } from '../migration-source';
import { TakenUser, UserTakenError } from '../migration.errors';

/** A project that is to be there; its id is kept where that is free. */
export type WantedProject = Pick<Project, 'name'> & Partial<Pick<Project, 'id'>>;

/**
 * Makes a user unless there is one. As the owner, in a transaction.
 *
 * @param name that the source has for it, if any.
 * @throws UserTakenError
 */
export async function ensureUser(
  connection: PoolClient,
  runId: string,
  id: number,
  name: string | undefined,
): Promise<void> {
  if (await hasUser(connection, id, name)) return;
  await connection.query(
    `insert into wisdom_memory.users (id, name, import_run_id) values ($1::bigint, $2::text, $3::uuid) on conflict do nothing`,
    [id, nameOf(id, name), runId],
  );
}

/**
 * Whether there is such a user. As the owner.
 *
 * @throws UserTakenError where its id or its name is another one's.
 */
export async function hasUser(
  connection: PoolClient,
  id: number,
  name: string | undefined,
): Promise<boolean> {
  const { exists, existing } = await lookUp(connection, id, name);
  if (existing) throw new UserTakenError([{ wanted: { id, name }, existing }]);
  return exists;
}

/**
 * Looks for all users of a source at once, before anything is written. As the owner.
 *
 * @throws UserTakenError
 */
export async function refuseTakenUsers(
  connection: PoolClient,
  users: readonly Pick<SourceCollection, 'userId' | 'userName'>[],
): Promise<void> {
  const taken: TakenUser[] = [];
  for (const { userId: id, userName: name } of users) {
    const { existing } = await lookUp(connection, id, name);
    if (existing) taken.push({ wanted: { id, name }, existing });
  }
  if (taken.length > 0) throw new UserTakenError(taken);
}

/** Whether a user exists, and who else has its id or its name. */
async function lookUp(
  connection: PoolClient,
  id: number,
  name: string | undefined,
): Promise<{ readonly exists: boolean; readonly existing?: TakenUser['existing'] }> {
  const { rows } = await connection.query<{ id: string; name: string }>(
    `select id, name from wisdom_memory.users where id = $1::bigint or name = $2::text`,
    [id, nameOf(id, name)],
  );
  const users = rows.map((row) => ({ id: Number(row.id), name: row.name }));
  const exists = users.some((user) => user.id === id);
  // Whose user has no name in the source does not care who is called like it here.
  if (exists && name === undefined) return { exists };
  return { exists, existing: users.find((user) => user.id !== id || user.name !== name) };
}

/** As the service calls users who come without a name. */
export function nameOf(id: number, name: string | undefined): string {
  return name ?? `user-${id}`;
}

/** Makes the projects that the tenant does not have yet. @returns the ids of all of them by name. */
export async function ensureProjects(
  tenant: TenantContext,
  runId: string,
  wanted: readonly WantedProject[],
): Promise<Map<string, number>> {
  if (wanted.length === 0) return new Map();
  await lockTenant(tenant, 'projects');
  const existing = await projectsOf(tenant);
  const missing = wanted.filter(({ name }) => !existing.has(name));
  const made = withIds(missing, new Set(existing.values()));
  if (made.length > 0)
    await tenant.connection.query(
      `insert into wisdom_memory.projects (user_id, id, name, import_run_id)
       select $1::bigint, project.id, project.name, $4::uuid
       from unnest($2::integer[], $3::text[]) as project (id, name)`,
      [tenant.userId, made.map(({ id }) => id), made.map(({ name }) => name), runId],
    );
  const ids = new Map([...existing, ...made.map(({ name, id }) => [name, id] as const)]);
  return new Map(wanted.map(({ name }) => [name, ids.get(name)!]));
}

async function projectsOf(tenant: TenantContext): Promise<Map<string, number>> {
  const rows = await rowsOf<Project & { id: number }>(
    tenant,
    `select id, name from wisdom_memory.projects where user_id = $1::bigint`,
    [tenant.userId],
  );
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** Each its own id where it has one that is free, else the next behind all that are taken or wanted. */
function withIds(missing: readonly WantedProject[], taken: Set<number>): Project[] {
  const kept = new Map<string, number>();
  for (const { id, name } of missing) {
    if (id === undefined || taken.has(id) || kept.has(name)) continue;
    taken.add(id);
    kept.set(name, id);
  }
  let last = [...taken].reduce((highest, id) => Math.max(highest, id), 0);
  return [...new Set(missing.map(({ name }) => name))].map((name) => ({
    name,
    id: kept.get(name) ?? ++last,
  }));
}
