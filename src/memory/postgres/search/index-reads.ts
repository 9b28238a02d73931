import type { ClientBase } from 'pg';
import type { IndexReads } from '../../memory-backend';

/** What PostgreSQL has counted of the covering index. An index-only scan fetches a row where its page may have changed. */
export async function readIndexReads(connection: ClientBase): Promise<IndexReads | undefined> {
  const { rows } = await connection.query<{ entries: string; table_rows: string }>(
    `select idx_tup_read as entries, idx_tup_fetch as table_rows from pg_stat_user_indexes
     where schemaname = 'wisdom_memory' and indexrelname = 'memory_vectors_search'`,
  );
  const [counted] = rows;
  return counted && { entries: Number(counted.entries), tableRows: Number(counted.table_rows) };
}
