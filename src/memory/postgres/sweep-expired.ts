import type { PoolClient } from 'pg';
import type { PostgresDatabase } from './database/postgres-database';
import { timestampText } from './sql-parameters';

/** So many at once: no transaction that locks rows takes long. */
const BATCH = 1_000;

/**
 * Deletes the memories that have expired by `now`, of every tenant, each tenant's in transactions of its own.
 *
 * @returns how many.
 */
export async function sweepExpired(database: PostgresDatabase, now: Date): Promise<number> {
  let swept = 0;
  for (;;) {
    const batch = await sweepBatch(database, timestampText(now));
    swept += batch;
    // Fewer: there are no more, or another instance is at it too.
    if (batch < BATCH) return swept;
  }
}

async function sweepBatch(database: PostgresDatabase, now: string): Promise<number> {
  const { rows } = await database.withoutTenant((connection) =>
    connection.query<{ user_id: string; ids: string[] }>(
      `select user_id, array_agg(id) as ids from wisdom_memory.expired_memories($1::timestamptz, $2::integer)
       group by user_id`,
      [now, BATCH],
    ),
  );
  let swept = 0;
  for (const { user_id: userId, ids } of rows)
    swept += await database.withTenant(Number(userId), (connection) =>
      deleteOf(connection, userId, ids, now),
    );
  return swept;
}

/** Those that have not been given a later end since. The vectors go with them. */
async function deleteOf(
  connection: PoolClient,
  userId: string,
  ids: readonly string[],
  now: string,
): Promise<number> {
  const { rowCount } = await connection.query(
    `delete from wisdom_memory.memories
     where user_id = $1::bigint and id = any($2::uuid[]) and expires_at <= $3::timestamptz`,
    [userId, ids, now],
  );
  return rowCount ?? 0;
}
