import type { PostgresDatabase } from './database/postgres-database';

/** Everything of a tenant, what refers to others first; vectors go with their memories. */
const TABLES = ['import_undo', 'memories', 'projects'];

/**
 * Removes a user, every memory, project and key of theirs, and what migrations kept to take them back: in one
 * transaction, with nothing stored for them meanwhile.
 *
 * @returns whether there was such a user.
 */
export function deleteUser(database: PostgresDatabase, userId: number): Promise<boolean> {
  return database.withTenant(userId, async (connection) => {
    await connection.query('select wisdom_memory.lock_user()');
    for (const table of TABLES)
      await connection.query(`delete from wisdom_memory.${table} where user_id = $1::bigint`, [userId]);
    const { rows } = await connection.query<{ existed: boolean }>(
      'select wisdom_memory.forget_user() as existed',
    );
    return rows[0]!.existed;
  });
}
