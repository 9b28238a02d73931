import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { INDEX_NAME } from '../../../chroma-directory/hnsw-index';
import { DATABASE_FILE } from '../../../chroma-directory/source-files';
import { COPIES, COPY_NAME } from './index-copies';

/**
 * Removes the files of vector indexes, and their copies, whose collections are gone: ChromaDB leaves them behind, and what
 * was said can be guessed from its vectors. The server may be running; no copy may be under way.
 */
export function removeOrphanedIndexes(directory: string): void {
  const copies = join(directory, COPIES);
  const folders = [
    ...foldersIn(directory, INDEX_NAME),
    ...(existsSync(copies) ? foldersIn(copies, COPY_NAME) : []),
  ];
  if (folders.length === 0) return;
  // Asked for after looking at the folders: a collection is in the database before it has one.
  const inUse = segmentsOf(directory);
  for (const { index, path } of folders) if (!inUse.has(index)) rmSync(path, { recursive: true });
}

function foldersIn(place: string, pattern: RegExp): { readonly index: string; readonly path: string }[] {
  return readdirSync(place)
    .filter((name) => pattern.test(name))
    .map((name) => ({ index: name.split('.')[0]!, path: join(place, name) }));
}

/** An index's folder has the name of its segment. */
function segmentsOf(directory: string): Set<string> {
  const database = new Database(join(directory, DATABASE_FILE), { fileMustExist: true });
  try {
    const rows = database.prepare('select id from segments').all() as { readonly id: string }[];
    return new Set(rows.map(({ id }) => id));
  } finally {
    database.close();
  }
}
