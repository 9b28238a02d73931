import type { PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import type { DatabaseConfig } from '../../config/app-config';
import { ConnectionTarget, dataSourceOptions } from './data-source-options';
import { isConflict, isConnectionLost, translateDatabaseError } from './database-error';
import type { DatabaseHost } from './database-host';
import { EmbeddedHost } from './embedded-host';
import { migrate, requireMigrated } from './migration-runner';
import { StartupError } from '../../common/startup.error';
import { admitToAppRole, checkExtensions, checkIsolation, checkServer } from './server-checks';
import { ServerHost } from './server-host';
import { appTransaction } from './app-transaction';

/** How often a transaction that lost against another one is tried. */
const ATTEMPTS = 5;

/** One database: the owner's way to its schema, and a pool of connections that only reach tenants. */
export class PostgresDatabase {
  readonly host: DatabaseHost;
  private service?: DataSource;

  constructor(
    private readonly config: DatabaseConfig,
    private readonly log: (message: string) => void,
  ) {
    this.host = hostOf(config);
  }

  /**
   * Checks the server, brings the schema up to date and proves the isolation of tenants.
   *
   * @throws StartupError with what to do.
   */
  async connect(): Promise<void> {
    await this.host.start();
    try {
      await this.asOwner(async (owner) => {
        await checkServer(owner);
        await checkExtensions(owner);
        await (this.config.migrations ? migrate(owner, this.log) : requireMigrated(owner));
        await admitLogin(owner, this.host.serviceTarget());
      });
      this.service = await open(this.host.serviceTarget());
      await checkIsolation(this.service);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /**
   * Why this server cannot hold our schema at all, if so; asked before anything is changed or chosen. An embedded one
   * always can.
   */
  async unfitness(): Promise<StartupError | undefined> {
    if (this.host.embedded) return undefined;
    try {
      await this.asOwner(async (owner) => {
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

  /** The same with no tenant: no row of any is seen, but `wm_app`'s functions can be called. */
  withoutTenant<T>(work: (connection: PoolClient) => Promise<T>): Promise<T> {
    return this.transaction(undefined, work);
  }

  private async transaction<T>(
    userId: number | undefined,
    work: (connection: PoolClient) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.withConnection((connection) => appTransaction(connection, userId, work));
      } catch (error) {
        if (!isConflict(error) || attempt === ATTEMPTS) throw translateDatabaseError(error);
      }
    }
  }

  /** Runs `work` over connections of the owner's, which are closed afterwards. */
  private async asOwner<T>(work: (owner: DataSource) => Promise<T>): Promise<T> {
    const owner = await open(this.host.ownerTarget());
    try {
      return await work(owner);
    } finally {
      await owner.destroy();
    }
  }

  private async withConnection<T>(work: (connection: PoolClient) => Promise<T>): Promise<T> {
    const [connection, release] = await this.obtainConnection();
    // A connection that breaks while it is ours says so by this event too, which nobody else listens to now.
    const ignore = (): undefined => undefined;
    connection.on('error', ignore);
    let failure: unknown;
    try {
      return await work(connection);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      connection.off('error', ignore);
      // A connection whose statement may still run is of no use to the next one.
      release(isConnectionLost(failure));
    }
  }

  private async obtainConnection(): Promise<[PoolClient, (destroy: boolean) => void]> {
    if (!this.service) throw new Error('The database is not connected.');
    const driver = this.service.driver as unknown as {
      obtainMasterConnection(): Promise<[PoolClient, (destroy: boolean) => void]>;
    };
    return driver.obtainMasterConnection();
  }
}

/** How a `DATABASE_URL` begins that names a directory for an embedded database. */
const EMBEDDED = 'pglite:';

function hostOf(config: DatabaseConfig): DatabaseHost {
  return config.url?.startsWith(EMBEDDED)
    ? new EmbeddedHost(config, config.url.slice(EMBEDDED.length))
    : new ServerHost(config);
}

async function open(target: ConnectionTarget): Promise<DataSource> {
  try {
    return await new DataSource(dataSourceOptions(target)).initialize();
  } catch (error) {
    const code = (error as { code?: string }).code ?? (error as Error).message;
    throw new StartupError(
      `PostgreSQL cannot be used at ${nameOf(target)} (${code}): start it, or correct DATABASE_URL.`,
      { cause: error },
    );
  }
}

/** The service may have a login of its own beside the owner's. */
async function admitLogin(owner: DataSource, { url }: ConnectionTarget): Promise<void> {
  const login = url !== undefined && URL.canParse(url) ? decodeURIComponent(new URL(url).username) : '';
  if (login !== '') await admitToAppRole(owner, login);
}

/** A connection target without its password. */
function nameOf({ url }: ConnectionTarget): string {
  if (url === undefined || !URL.canParse(url)) return 'the embedded database';
  const { hostname, port, pathname, username } = new URL(url);
  return `${username}@${hostname}:${port || '5432'}${pathname}`;
}
