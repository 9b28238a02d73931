import type { Duplex } from 'node:stream';
import type { PoolClient } from 'pg';
import { beginAs } from './app-transaction';

/** What statements are sent by. */
export type Statements = Pick<PoolClient, 'query'>;

/** A transaction that has been sent. Each promise may reject, and none of them is reported as unhandled: await them all. */
export interface SentTransaction<T> {
  /** Rejects where it could not begin: that is why its statements failed. */
  readonly begun: Promise<unknown>;
  readonly answered: Promise<T>;
  readonly ended: Promise<unknown>;
}

/**
 * Sends a transaction as `wm_app` and of one tenant as one piece: its beginning, its statements and its end. Sent one at a
 * time, each costs a wake-up of the server and one of this process.
 *
 * @param work asks all of its statements before it waits for any: after it nothing is asked in the tenant's name.
 */
export function sendPipelined<T>(
  connection: PoolClient,
  userId: number,
  work: (statements: Statements) => Promise<T>,
): SentTransaction<T> {
  const begin = beginAs(userId);
  let isWhole = false;
  const query = (...asked: Parameters<PoolClient['query']>): unknown => {
    if (isWhole) throw new Error('A statement came after the end of its transaction.');
    return connection.query(...asked);
  };
  const stream = streamOf(connection);
  stream.cork?.();
  try {
    const begun = connection.query(begin);
    // Async, so that what it throws at once is a rejection too: the transaction has begun and must end.
    const answered = (async () => work({ query: query as PoolClient['query'] }))();
    // After a statement that failed PostgreSQL takes COMMIT for ROLLBACK.
    const ended = connection.query('commit');
    for (const each of [begun, answered, ended]) each.catch(() => undefined);
    return { begun, answered, ended };
  } finally {
    isWhole = true;
    stream.uncork?.();
  }
}

/**
 * The same, resolving when it has ended. Rejects where something of it failed: what the server refused has changed nothing, what
 * `work` threw by itself takes back nothing that it had asked, and of a connection that was lost nobody knows.
 */
export async function runPipelined<T>(
  connection: PoolClient,
  userId: number,
  work: (statements: Statements) => Promise<T>,
): Promise<T> {
  const { begun, answered, ended } = sendPipelined(connection, userId, work);
  try {
    await begun;
    const result = await answered;
    await ended;
    return result;
  } finally {
    // The connection is nobody's only after its last answer.
    await Promise.allSettled([begun, answered, ended]);
  }
}

/** What the driver writes to; that of an embedded database is no real one. */
function streamOf(connection: PoolClient): Partial<Pick<Duplex, 'cork' | 'uncork'>> {
  return (connection as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream;
}
