import type { Duplex } from 'node:stream';
import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import { beginAs } from './app-transaction';

/** What statements are sent by. */
export type Statements = Pick<PoolClient, 'query'>;

/**
 * A connection on which each statement is a transaction by itself, as `wm_app` and of one tenant. Where it begins, the statement and
 * where it ends leave as one piece: of searches 16 at a time 4 to 9 % more are answered in a second than with a transaction around
 * them, whose three pieces wake the server three times.
 */
export class LoneStatements implements Statements {
  private readonly ends: Promise<unknown>[] = [];

  constructor(
    private readonly connection: PoolClient,
    private readonly userId: number,
  ) {}

  /** Resolves with the rows; that the transaction has ended is not waited for. */
  readonly query = (async (statement: QueryConfig, values?: unknown[]): Promise<QueryResult> => {
    const { connection } = this;
    const begin = beginAs(this.userId);
    const stream = streamOf(connection);
    stream.cork?.();
    const begun = connection.query(begin);
    const answered = connection.query(statement, values);
    // Of a statement that failed it takes back what there is.
    const ended = connection.query('commit');
    stream.uncork?.();
    this.ends.push(begun, ended);
    for (const each of [begun, answered, ended]) each.catch(() => undefined);
    // What could not begin is why the statement failed.
    await begun;
    return answered;
  }) as PoolClient['query'];

  /** Resolves when the connection is nobody's again; rejects where that cannot be. */
  async ended(): Promise<void> {
    await Promise.all(this.ends);
  }
}

/** What the driver writes to; that of an embedded database is no real one. */
function streamOf(connection: PoolClient): Partial<Pick<Duplex, 'cork' | 'uncork'>> {
  return (connection as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream;
}
