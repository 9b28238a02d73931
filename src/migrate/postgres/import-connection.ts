import { setTimeout as delay } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { StartupError } from '../../common/startup.error';
import type { DatabaseConfig } from '../../config/app-config';
import { settingsOf, transaction } from '../../memory/postgres/database/app-transaction';
import { isConflict, translateDatabaseError } from '../../memory/postgres/database/database-error';
import { prepareSchema } from '../../memory/postgres/database/database-schema';
import { SchemaState, schemaStateOf } from '../../memory/postgres/database/migration-runner';
import type { DatabaseHost } from '../../memory/postgres/database/database-host';
import { hostOf } from '../../memory/postgres/database/host-of';
import { nameOf, openDataSource, poolOf, surviveLoss } from '../../memory/postgres/database/open-data-source';
import { checkIsolation } from '../../memory/postgres/database/isolation-checks';

/** Any number of ours: held by the connection that migrates. */
const IMPORT_LOCK = 7_309_940_116;

/** The server needs a moment to notice that a run was killed, and to end what that had asked for. */
const PATIENCE_MS = 15_000;
const POLL_MS = 250;

/** How often a transaction that lost against one of the service is tried. */
const ATTEMPTS = 5;

/**
 * The owner's one connection, which holds the lock of migrations and does all of their work: it is never opened again, so
 * that whoever lost the lock cannot write.
 */
export class ImportConnection {
  readonly host: DatabaseHost;
  /** Whether batches can be staged in temporary tables, by COPY; known once it is open. */
  mayStage = false;
  private owner?: DataSource;
  private connection?: PoolClient;

  constructor(
    private readonly config: DatabaseConfig,
    private readonly log: (message: string) => void,
  ) {
    this.host = hostOf(config);
  }

  /** Without the password. */
  get description(): string {
    return this.host.embedded ? this.config.url! : nameOf({ ...this.host.ownerTarget() });
  }

  /**
   * Connects and brings the schema up to date.
   *
   * @throws StartupError with what to do, also where another migration is under way.
   */
  async open(): Promise<void> {
    await this.host.start();
    const schema = await prepareSchema(this.host, this.config.migrations, this.log);
    this.mayStage = schema.mayStage;
    await this.connect();
    await checkIsolation(this.owner!);
    this.connection = await poolOf(this.owner!).connect();
    await this.lock();
  }

  /**
   * Connects for looking only: every transaction is read-only.
   *
   * @throws StartupError with what to do, also where the schema is newer than this version.
   */
  async openReadOnly(): Promise<SchemaState> {
    await this.host.start();
    await this.connect();
    const state = await schemaStateOf(this.owner!);
    this.connection = await poolOf(this.owner!).connect();
    await this.connection.query('set default_transaction_read_only = on');
    return state;
  }

  /** Whether a migration, or taking one back, is under way. */
  async isLocked(): Promise<boolean> {
    const [row] = await this.query<{ held: boolean }>(
      `select exists (select from pg_locks where locktype = 'advisory' and granted and ${LOCK_CONDITION}
         and database = (select oid from pg_database where datname = current_database())) as held`,
    );
    return row!.held;
  }

  /** A statement of the owner's, in a transaction of its own. */
  async query<T>(sql: string, values: unknown[] = []): Promise<T[]> {
    try {
      return (await this.connected.query(sql, values)).rows as T[];
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  /**
   * One transaction of the owner's. `work` may run again after a conflict with the service and must have no effect but
   * in the database.
   */
  async transaction<T>(work: (connection: PoolClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await transaction(this.connected, 'begin', work);
      } catch (error) {
        if (!isConflict(error) || attempt === ATTEMPTS) throw translateDatabaseError(error);
      }
    }
  }

  async close(): Promise<void> {
    // Destroyed, so that the lock is gone with it.
    this.connection?.release(true);
    this.connection = undefined;
    await this.owner?.destroy();
    this.owner = undefined;
    await this.host.stop();
  }

  private get connected(): PoolClient {
    if (!this.connection) throw new Error('The database is not connected.');
    return this.connection;
  }

  private async connect(): Promise<void> {
    this.owner = await openDataSource({ ...this.host.ownerTarget(), poolSize: 1 });
    poolOf(this.owner).on('acquire', surviveLoss);
  }

  private async lock(): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; ; await delay(POLL_MS)) {
      const [row] = await this.query<{ locked: boolean }>(
        `select pg_try_advisory_lock(${IMPORT_LOCK}) as locked`,
      );
      if (row!.locked) return;
      if (Date.now() > deadline)
        throw new StartupError(
          'Another migration is writing to this database: wait for it. If its machine is gone, end its connection: ' +
            `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND ${LOCK_CONDITION};`,
        );
    }
  }
}

/** How pg_locks shows a key of 64 bits. */
const LOCK_CONDITION = `classid = ${Math.floor(IMPORT_LOCK / 2 ** 32)} AND objid = ${IMPORT_LOCK % 2 ** 32}`;

/** Within a transaction of the owner's: what belongs to a tenant, seen and written as the service does. */
export async function asTenant<T>(
  connection: PoolClient,
  userId: number | undefined,
  work: () => Promise<T>,
): Promise<T> {
  await connection.query(settingsOf(userId));
  const result = await work();
  await connection.query('set local role none');
  return result;
}
