import { join } from 'node:path';
import Database from 'libsql';
import { IndexCopies } from './index-copies';

/**
 * Puts back the vector indexes that ChromaDB left half-written. Nothing may have the directory open.
 *
 * @returns how many there were.
 */
export function restoreIndexes(directory: string): number {
  const written = writtenIndexes(directory);
  return new IndexCopies(directory).restore((name) => written.has(name)).length;
}

/** Those that the database knows as written to the end: what was in them is in the queue no more. */
function writtenIndexes(directory: string): Set<string> {
  const database = new Database(join(directory, 'chroma.sqlite3'));
  try {
    const hasTable = database.prepare(`select 1 from sqlite_master where name = 'max_seq_id'`).get();
    if (hasTable === undefined) return new Set();
    const rows = database.prepare('select segment_id from max_seq_id').all() as { segment_id: string }[];
    return new Set(rows.map(({ segment_id }) => segment_id));
  } finally {
    database.close();
  }
}
