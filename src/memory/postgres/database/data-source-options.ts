import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientConfig } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { StartupError } from '../../../common/startup.error';
import { ENTITIES } from '../entities/entities';
import { SCHEMA } from './schema-names';

/** What differs between the service's pool, the owner's connections and an embedded database. */
export interface ConnectionTarget {
  readonly url?: string;
  /** What the operator has named it in; `DATABASE_URL` unless given. */
  readonly variable?: string;
  /** As whom its sessions begin, and what RESET leaves them as; the role of the URL unless given, which must be its member. */
  readonly role?: string;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  /** 0 is no limit. */
  readonly statementTimeoutMs: number;
  /** Given to the driver as they are; how PGlite takes the place of a socket. */
  readonly driverOptions?: Record<string, unknown>;
}

/**
 * What the planner needs so that one tenant's search is one index-only scan. With the defaults it chose a parallel
 * sequential scan over everybody's vectors: 41 to 58 ms instead of 7.5. Where one tenant has most of a table, reading all of
 * it in order seems cheaper by a little, but its rows have words too and take longer to read: 4.4 ms among 5,000 instead of 3.6.
 * The cost of a page in order is such that it seems dearer also where the covering index has grown to five times the table by
 * rewriting. All of 50,000 ranked take 4.7 MB, which by default go to disk. Times are read and written in UTC.
 */
const SESSION_OPTIONS = [
  '-c random_page_cost=1.1',
  '-c seq_page_cost=10',
  '-c max_parallel_workers_per_gather=0',
  '-c jit=off',
  '-c work_mem=32MB',
  '-c timezone=UTC',
].join(' ');

/** By which the server's administrator knows our connections. */
const APPLICATION_NAME = 'wisdom-memory';

/** A transaction that its client forgot must not hold locks, nor keep vacuum from its work. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

/** How much longer than the server a client waits for the end of a statement: then the server is taken for gone. */
const CLIENT_GRACE_MS = 5_000;

export function dataSourceOptions(target: ConnectionTarget): DataSourceOptions {
  return {
    type: 'postgres',
    url: target.url,
    schema: SCHEMA,
    poolSize: target.poolSize,
    connectTimeoutMS: target.connectTimeoutMs,
    applicationName: APPLICATION_NAME,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    entities: ENTITIES,
    migrations: [migrationFiles()],
    migrationsTableName: 'schema_migrations',
    migrationsTransactionMode: 'each',
    // The pool drops a connection that fails while idle and opens another when one is wanted: nothing to be done.
    poolErrorHandler: () => undefined,
    extra: { ...sessionOptions(target), ...target.driverOptions },
  };
}

/** The same for a connection outside of any pool, to a server. */
export function clientConfig(target: ConnectionTarget): ClientConfig {
  return {
    connectionString: target.url,
    connectionTimeoutMillis: target.connectTimeoutMs,
    application_name: APPLICATION_NAME,
    ...sessionOptions(target),
  };
}

function sessionOptions({ role, statementTimeoutMs }: ConnectionTarget): ClientConfig {
  return {
    options: role === undefined ? SESSION_OPTIONS : `${SESSION_OPTIONS} -c role=${role}`,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + CLIENT_GRACE_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
  };
}

/** The migrations stand beside `src`, so that an operator finds them; built, they are in `dist/migrations`. */
function migrationFiles(): string {
  const built = __filename.endsWith('.js');
  const directory = join(__dirname, built ? '../../../migrations' : '../../../../migrations');
  if (!existsSync(directory))
    throw new StartupError(`The migrations are not built (${directory} is missing): run \`npm run build\`.`);
  return join(directory, built ? '*.js' : '*.ts');
}
