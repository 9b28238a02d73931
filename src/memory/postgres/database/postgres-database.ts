import { Client, type PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { StartupError } from '../../../common/startup.error';
import type { DatabaseConfig } from '../../../config/app-config';
import { appTransaction } from './app-transaction';
import { isConflict, isConnectionLost, translateDatabaseError } from './database-error';
import { clientConfig } from './data-source-options';
import type { DatabaseHost } from './database-host';
import { prepareSchema } from './database-schema';
import { hostOf } from './host-of';
import { SingleStatements } from './single-statements';
import { runPipelined, Statements } from './pipelined-transaction';
import { asOwner, openDataSource, poolOf, surviveLoss } from './open-data-source';
import { checkIsolation } from './isolation-checks';
import { APP_ROLE } from './schema-names';
import { checkExtensions, checkServer } from './server-checks';

/** How often a transaction that lost against another one is tried. */
const ATTEMPTS = 5;

/** One database: the owner's way to its schema, and a pool of connections that only reach tenants. */
export class PostgresDatabase {
  readonly host: DatabaseHost;
  /** Whether batches can be staged in temporary tables, by COPY; known once connected. */
  mayStage = false;
  private service?: DataSource;
  private connecting?: Promise<void>;

  constructor(
    readonly config: DatabaseConfig,
    readonly log: (message: string) => void,
  ) {
    this.host = hostOf(config);
  }

  /**
   * Checks the server, brings the schema up to date and proves the isolation of tenants. Does nothing where that is done;
   * what failed can be tried again.
   *
   * @throws StartupError with what to do.
   */
  connect(): Promise<void> {
    this.connecting ??= this.open().catch((error: unknown) => {
      this.connecting = undefined;
      throw error;
    });
    return this.connecting;
  }

  private async open(): Promise<void> {
    await this.host.start();
    try {
      const schema = await prepareSchema(this.host, this.config.migrations, this.log);
      this.mayStage = schema.mayStage;
      this.service = await openDataSource(this.host.serviceTarget());
      poolOf(this.service).on('acquire', surviveLoss);
      await checkIsolation(this.service);
      if (!this.host.embedded) await this.checkSessions(this.service);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Transactions become `wm_app` by themselves; that sessions are, too, is for what might ever stand outside of one. */
  private async checkSessions(service: DataSource): Promise<void> {
    const [session] = await service.query<{ role: string }[]>('select current_user as role');
    if (session!.role === APP_ROLE) return;
    this.log(
      `Sessions begin as ${session!.role} instead of ${APP_ROLE}: a pooler before PostgreSQL drops their start-up options, or ` +
        '`options` in DATABASE_URL replace them. Tenants are kept apart by their transactions; see docs/operations.md, ' +
        '"Search and its plans", for what to set at the server instead.',
    );
  }

  /**
   * Why this server cannot hold our schema at all, if so; asked before anything is changed or chosen. An embedded one
   * always can.
   */
  async unfitness(): Promise<StartupError | undefined> {
    if (this.host.embedded) return undefined;
    try {
      await asOwner(this.host, async (owner) => {
        await checkServer(owner);
        await checkExtensions(owner);
      });
      return undefined;
    } catch (error) {
      if (error instanceof StartupError) return error;
      throw error;
    }
  }

  async close(): Promise<void> {
    const service = this.service;
    this.service = undefined;
    this.connecting = undefined;
    await service?.destroy();
    await this.host.stop();
  }

  /** Resolves when a statement is answered. */
  async ping(): Promise<void> {
    try {
      await this.withConnection((connection) => connection.query('select 1'));
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }

  /**
   * Runs `work` in one transaction as `wm_app`, which sees the rows of this user and no others; role and user end with
   * the transaction. `work` may run again after a conflict and must have no effect but in the database.
   *
   * @throws BackendUnavailableError when the database cannot be reached, or cannot do it now.
   */
  withTenant<T>(userId: number, work: (connection: PoolClient) => Promise<T>): Promise<T> {
    return this.transaction(userId, work);
  }

  /** The same for work that asks all of its statements before it waits for any. */
  withTenantPipelined<T>(userId: number, work: (statements: Statements) => Promise<T>): Promise<T> {
    return this.attempt((connection) => runPipelined(connection, userId, work));
  }

  /** For work that changes nothing and needs no transaction around its statements: each is one by itself. */
  askTenant<T>(userId: number, work: (statements: Statements) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const asking = async (connection: PoolClient) => {
        const statements = new SingleStatements(connection, userId);
        try {
          resolve(await work(statements));
        } finally {
          await statements.ended();
        }
      };
      this.attempt(asking).catch(reject);
    });
  }

  /** The same where they need one: the result does not wait for its end. */
  readTenant<T>(userId: number, work: (connection: PoolClient) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.transaction(userId, work, resolve).catch(reject);
    });
  }

  /** The same with no tenant: no row of any is seen, but `wm_app`'s functions can be called. */
  withoutTenant<T>(work: (connection: PoolClient) => Promise<T>): Promise<T> {
    return this.transaction(undefined, work);
  }

  /**
   * One statement in the owner's name. An embedded database has one connection, on which a statement between those of
   * another's transaction would be part of it: there this one waits for its turn in the pool.
   */
  ownerQuery<T>(sql: string, values?: unknown[]): Promise<T[]> {
    if (this.host.embedded)
      return this.withConnection(async (connection) => (await connection.query(sql, values)).rows as T[]);
    return asOwner(this.host, (owner) => owner.query<T[]>(sql, values));
  }

  /** A connection of the owner's that is not in any pool, for what takes long; its user connects and ends it. */
  ownerClient(): Client {
    const client = new Client(clientConfig(this.host.ownerTarget()));
    surviveLoss(client);
    return client;
  }

  private transaction<T>(
    userId: number | undefined,
    work: (connection: PoolClient) => Promise<T>,
    answered?: (result: T) => void,
  ): Promise<T> {
    return this.attempt((connection) => appTransaction(connection, userId, work, answered));
  }

  /** Again after a conflict. */
  private async attempt<T>(work: (connection: PoolClient) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.withConnection(work);
      } catch (error) {
        if (!isConflict(error) || attempt === ATTEMPTS) throw translateDatabaseError(error);
      }
    }
  }

  private async withConnection<T>(work: (connection: PoolClient) => Promise<T>): Promise<T> {
    if (!this.service) throw new Error('The database is not connected.');
    const connection = await poolOf(this.service).connect();
    let failure: unknown;
    try {
      return await work(connection);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // A connection whose statement may still run is of no use to the next one.
      connection.release(isConnectionLost(failure));
    }
  }
}
