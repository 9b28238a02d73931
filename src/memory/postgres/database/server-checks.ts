import type { DataSource } from 'typeorm';
import { StartupError } from '../../../common/startup.error';
import { APP_ROLE, DEFINER_ROLE } from './schema-names';

const OLDEST_SERVER = 15;

/** Until PostgreSQL 15 CREATEROLE could grant any role; since then only one that it has the admin option for. */
const CREATOR_MAY_GRANT = `current_setting('server_version_num')::int < 160000`;

/** What `pg_has_role` calls the right to become a role: since PostgreSQL 16 a member may lack it. */
const BECOME = `case when ${CREATOR_MAY_GRANT} then 'MEMBER' else 'SET' end`;

/** Iterative index scans and `halfvec` came with it. */
const OLDEST_PGVECTOR = '0.8';

/** What we need besides PostgreSQL itself, and where it comes from. */
const EXTENSIONS = {
  vector: `Install pgvector ${OLDEST_PGVECTOR} or newer; the image pgvector/pgvector has it.`,
  btree_gin: "It is part of PostgreSQL's contrib package.",
};

/**
 * Whether the server can hold our schema at all.
 *
 * @throws StartupError with what to do.
 */
export async function checkServer(owner: DataSource): Promise<void> {
  const [server] = await owner.query<{ version: number; shown: string; encoding: string }[]>(
    `select current_setting('server_version_num')::int / 10000 as version, current_setting('server_version') as shown,
            current_setting('server_encoding') as encoding`,
  );
  if (server!.version < OLDEST_SERVER)
    throw new StartupError(`The server is PostgreSQL ${server!.shown}; it takes ${OLDEST_SERVER} or newer.`);
  if (server!.encoding !== 'UTF8')
    throw new StartupError(
      `The database's encoding is ${server!.encoding}. Name one in UTF8: CREATE DATABASE wisdom ENCODING 'UTF8' TEMPLATE template0;`,
    );
}

/**
 * Whether the extensions are there, or installed on the server so that they can be created.
 *
 * @throws StartupError with what to install.
 */
export async function checkExtensions(owner: DataSource): Promise<void> {
  for (const [name, howTo] of Object.entries(EXTENSIONS)) {
    const { created, available } = await extension(owner, name);
    if (created === null && available === null)
      throw new StartupError(`The extension ${name} is not installed on the server. ${howTo}`);
    if (name === 'vector' && isOlder(created ?? available!, OLDEST_PGVECTOR))
      throw new StartupError(
        `pgvector ${created ?? available} is older than ${OLDEST_PGVECTOR}. Install a newer one on the server and, where it was created in this database, let a superuser run: ALTER EXTENSION vector UPDATE;`,
      );
  }
}

/**
 * Creates the extensions where they are not there. Called by one instance at a time.
 *
 * @throws StartupError with the SQL for the administrator.
 */
export async function ensureExtensions(owner: DataSource): Promise<void> {
  for (const name of Object.keys(EXTENSIONS)) {
    if ((await extension(owner, name)).created !== null) continue;
    try {
      await owner.query(`create extension ${name}`);
    } catch (error) {
      throw new StartupError(
        `This role may not create the extension ${name}. As a superuser in this database: CREATE EXTENSION ${name};`,
        { cause: error },
      );
    }
  }
  await checkVectorIsFound(owner);
}

async function checkVectorIsFound(owner: DataSource): Promise<void> {
  const [vector] = await owner.query<{ found: boolean; schema: string }[]>(
    `select extnamespace::regnamespace::text as schema,
            extnamespace::regnamespace::name = any(current_schemas(true)) as found
     from pg_extension where extname = 'vector'`,
  );
  if (!vector!.found)
    throw new StartupError(
      `pgvector is in the schema ${vector!.schema}, which is not searched. As a superuser: ALTER EXTENSION vector SET SCHEMA public;`,
    );
}

interface ExtensionVersions {
  /** In this database. */
  readonly created: string | null;
  /** On the server. */
  readonly available: string | null;
}

async function extension(owner: DataSource, name: string): Promise<ExtensionVersions> {
  const [versions] = await owner.query<ExtensionVersions[]>(
    `select (select extversion from pg_extension where extname = $1) as created,
            (select default_version from pg_available_extensions where name = $1) as available`,
    [name],
  );
  return versions!;
}

/**
 * Whether the roles are there, or can be made by the migrations.
 *
 * @throws StartupError with the SQL for the administrator.
 */
export async function checkRoles(owner: DataSource): Promise<void> {
  const [state] = await owner.query<{ missing: string[]; may: boolean; me: string }[]>(
    `select coalesce(array_agg(name order by name) filter (where role.oid is null), '{}') as missing,
            bool_and(case when role.oid is null then makes
                          else pg_has_role(role.oid, ${BECOME}) or pg_has_role(role.oid, 'MEMBER WITH ADMIN OPTION')
                               or (makes and ${CREATOR_MAY_GRANT}) end) as may,
            quote_ident(current_user) as me
     from unnest($1::text[]) as name left join pg_roles as role on rolname = name,
          (select rolsuper or rolcreaterole as makes from pg_roles where rolname = current_user) as my`,
    [[APP_ROLE, DEFINER_ROLE]],
  );
  if (state!.may) return;
  const create = state!.missing.map((role) => `CREATE ROLE ${role} NOLOGIN;`);
  const grant = `GRANT ${APP_ROLE}, ${DEFINER_ROLE} TO ${state!.me};`;
  throw new StartupError(
    `This role may not create the roles that isolate tenants. As a superuser, once: ${[...create, grant].join(' ')}`,
  );
}

/**
 * Lets a login become `wm_app`, if it does not already and the owner may say so; whether it can is seen
 * when the service opens its connections.
 */
export async function admitToAppRole(owner: DataSource, login: string): Promise<void> {
  const [state] = await owner.query<{ admitted: boolean; grant: string }[]>(
    `select coalesce(bool_or(pg_has_role(oid, '${APP_ROLE}', ${BECOME})), true) as admitted,
            format('grant ${APP_ROLE} to %I', $1::text) as grant
     from pg_roles where rolname = $1`,
    [login],
  );
  if (!state!.admitted) await owner.query(state!.grant).catch(() => undefined);
}

/** Compares `0.10.1` and `0.8` number by number. */
function isOlder(version: string, least: string): boolean {
  return version.localeCompare(least, 'en', { numeric: true }) < 0;
}
