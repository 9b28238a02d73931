import { Client, QueryResultRow } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { StartupError } from '../../../common/startup.error';
import { isConnectionLost } from '../../../memory/postgres/database/database-error';
import { binaryRows, BinaryRow } from './binary-rows';

/** A server that does not even refuse. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * One state of the database from the first statement to the last, which cannot be written to. A statement may wait as
 * long as the target needs for what came before. Local to the transaction, so that a pooler in between forgets it too.
 */
const BEGIN = `
  begin isolation level repeatable read read only;
  set local statement_timeout = 0;
  set local idle_in_transaction_session_timeout = 0;
  set local jit = off;
  set local timezone = 'UTC';
  set local datestyle = 'ISO'`;

/** Runs a statement inside the transaction. */
export type Ask = <T extends QueryResultRow>(sql: string) => Promise<T[]>;

/** The original's PostgreSQL server: it is only ever read, by a connection of its own each time. */
export class OriginalServer {
  /** Without login. */
  readonly name: string;

  constructor(private readonly url: string) {
    const { hostname, port, pathname } = new URL(url);
    this.name = `${hostname}:${port || '5432'}${pathname}`;
  }

  /**
   * Looks at one state of the database.
   *
   * @throws StartupError with what to do, where it cannot be read.
   */
  async look<T>(work: (ask: Ask) => Promise<T>): Promise<T> {
    const client = await this.begin();
    try {
      return await work(async <R extends QueryResultRow>(sql: string) => (await client.query<R>(sql)).rows);
    } catch (error) {
      throw this.explanation(error);
    } finally {
      await client.end();
    }
  }

  /**
   * The rows of a query in its order, as they come: no more of them are held than one, however long the texts are.
   *
   * @throws StartupError as `look` does.
   */
  async *rows(query: string): AsyncGenerator<BinaryRow, void, undefined> {
    const client = await this.begin();
    try {
      // By an index, which is in that order already: to sort everything would take the server's disk.
      await client.query('set local enable_sort = off');
      yield* binaryRows(client.query(copyTo(`copy (${query}) to stdout (format binary)`)));
    } catch (error) {
      throw this.explanation(error);
    } finally {
      // In the middle of the rows it breaks the connection off.
      await client.end();
    }
  }

  private async begin(): Promise<Client> {
    const client = new Client({
      connectionString: this.url,
      application_name: 'wisdom-memory migrate-original',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    // What uses the connection is told by its statement.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(BEGIN);
      return client;
    } catch (error) {
      await client.end();
      throw this.unreachable(error);
    }
  }

  private explanation(error: unknown): unknown {
    const isOfDatabase = isConnectionLost(error) || /^[0-9A-Z]{5}$/.test(codeOf(error));
    return isOfDatabase ? this.unreachable(error) : error;
  }

  private unreachable(error: unknown): StartupError {
    const code = codeOf(error) || (error as Error).message;
    const advice = ADVICE.find(([state]) => code.startsWith(state))?.[1] ?? 'start it, or correct --from';
    return new StartupError(
      `The original's PostgreSQL cannot be read at ${this.name} (${code}): ${advice}.`,
      { cause: error },
    );
  }
}

/** SQLSTATEs, or the classes they begin with, and what to do. */
const ADVICE: readonly (readonly [sqlState: string, advice: string])[] = [
  ['28', 'it refuses the login; correct the user and the password of --from'],
  ['3D', 'it has no such database; correct --from'],
  [
    '42501',
    'the user of --from may not read; GRANT SELECT ON users, projects, sessions, memories TO that user',
  ],
  ['40001', 'it had to give way on a standby; try again'],
];

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
