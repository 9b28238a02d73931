import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, QueryRunner } from 'typeorm';
import { StartupError } from '../../../common/startup.error';
import { SCHEMA } from './schema-names';
import { checkRoles, ensureExtensions } from './server-checks';

/** Any number of ours: what instances agree on in `pg_try_advisory_lock`. */
const MIGRATION_LOCK = 7_309_940_115;

const POLL_MS = 250;

type Log = (message: string) => void;

export type SchemaState = 'none' | 'older' | 'current';

/** Brings the schema up to date. Any number of instances may do so at once; all but one wait. */
export async function migrate(owner: DataSource, log: Log): Promise<void> {
  await exclusively(owner, log, async () => {
    await ensureExtensions(owner);
    await checkRoles(owner);
    await owner.query(`create schema if not exists ${SCHEMA}`);
    await refuseNewerSchema(owner);
    for (const { name } of await owner.runMigrations()) log(`Migrated: ${name}`);
  });
}

/** Takes the latest migration back, if there is one. */
export async function revertLatest(owner: DataSource, log: Log): Promise<void> {
  await exclusively(owner, log, async () => {
    const latest = (await executedMigrations(owner)).at(-1);
    if (latest !== undefined) await owner.undoLastMigration();
    log(latest === undefined ? 'There is no migration to take back.' : `Taken back: ${latest}`);
  });
}

/**
 * That the schema is exactly what this version knows, where migrations are left to the operator.
 *
 * @throws StartupError
 */
export async function requireMigrated(owner: DataSource): Promise<void> {
  await refuseNewerSchema(owner);
  const missing = await missingMigrations(owner);
  if (missing > 0)
    throw new StartupError(
      `The database lacks ${missing} migrations and DATABASE_MIGRATIONS=off leaves them to you: npm run migration:run`,
    );
}

/**
 * How far the schema is, for whoever only looks at it.
 *
 * @throws StartupError where it is newer than this version.
 */
export async function schemaStateOf(owner: DataSource): Promise<SchemaState> {
  await refuseNewerSchema(owner);
  const missing = await missingMigrations(owner);
  if (missing === 0) return 'current';
  return missing === knownMigrations(owner).length ? 'none' : 'older';
}

async function missingMigrations(owner: DataSource): Promise<number> {
  const executed = await executedMigrations(owner);
  return knownMigrations(owner).filter((name) => !executed.includes(name)).length;
}

async function refuseNewerSchema(owner: DataSource): Promise<void> {
  const known = knownMigrations(owner);
  const unknown = (await executedMigrations(owner)).filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new StartupError(
      `The database's schema is newer than this version: it does not know ${unknown.join(', ')}. Start the newer version, or take its migrations back with it: npm run migration:revert`,
    );
}

function knownMigrations(owner: DataSource): string[] {
  return owner.migrations.map((migration) => migration.name ?? migration.constructor.name);
}

async function executedMigrations(owner: DataSource): Promise<string[]> {
  const [table] = await owner.query<{ there: boolean }[]>(
    `select to_regclass('${SCHEMA}.schema_migrations') is not null as there`,
  );
  if (!table!.there) return [];
  const rows = await owner.query<{ name: string }[]>(
    `select name from ${SCHEMA}.schema_migrations order by id`,
  );
  return rows.map(({ name }) => name);
}

/**
 * Holds a lock on a connection of its own and asks for it again and again: whoever waits inside `pg_advisory_lock`
 * while another instance runs CREATE INDEX CONCURRENTLY is a deadlock to PostgreSQL. An embedded database has one
 * connection, and its directory is locked.
 */
async function exclusively(owner: DataSource, log: Log, work: () => Promise<unknown>): Promise<void> {
  if (owner.options.poolSize === 1) {
    await work();
    return;
  }
  const holder = owner.createQueryRunner();
  try {
    let waiting = false;
    while (!(await tryLock(holder))) {
      if (!waiting) log('Another instance is migrating the database: waiting for it.');
      waiting = true;
      await delay(POLL_MS);
    }
    await work();
  } finally {
    await holder.query(`select pg_advisory_unlock(${MIGRATION_LOCK})`).catch(() => undefined);
    await holder.release();
  }
}

async function tryLock(holder: QueryRunner): Promise<boolean> {
  const [row] = (await holder.query(`select pg_try_advisory_lock(${MIGRATION_LOCK}) as locked`)) as {
    locked: boolean;
  }[];
  return row!.locked;
}
