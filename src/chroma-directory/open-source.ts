import {
  DamagedDirectoryError,
  DirectoryInUseError,
  UnreadableDirectoryError,
} from './chroma-directory.errors';
import { SourceFiles } from './source-files';
import { SqliteSource, SqliteSourceError } from './sqlite-source';

/** What may be read besides a directory that nobody has touched: see `OpenOptions`. */
export type Tolerance = 'nothing' | 'leftovers' | 'live';

/**
 * The SQLite file of a directory, opened so that nothing in the directory changes.
 *
 * @throws DirectoryInUseError when another process is writing to it, or was killed at it, and that is not tolerated.
 */
export function openSource(files: SourceFiles, tolerance: Tolerance): SqliteSource {
  try {
    if (tolerance === 'leftovers' && files.hasUnfinished()) return openCopy(files);
    files.refuseUnfinished();
    return new SqliteSource(files.database, files.isInWalMode() ? 'immutable' : 'shared');
  } catch (error) {
    const explained = explanation(files.path, error);
    if (tolerance !== 'live' || !(explained instanceof DirectoryInUseError)) throw explained;
  }
  return openCopy(files);
}

function openCopy(files: SourceFiles): SqliteSource {
  const copy = files.copyDatabase();
  try {
    return new SqliteSource(copy.file, 'own-copy', copy.remove);
  } catch (error) {
    copy.remove();
    throw error;
  }
}

/** What a failure of SQLite or the file system means for who wants to read the directory. */
export function explanation(path: string, error: unknown): unknown {
  if (isSystemError(error)) return new UnreadableDirectoryError(path, error);
  if (!(error instanceof SqliteSourceError)) return error;
  switch (error.code) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new DirectoryInUseError(path, 'chroma.sqlite3 is locked');
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_PERM':
    case 'SQLITE_AUTH':
    case 'SQLITE_IOERR':
    case 'SQLITE_FULL':
    case 'SQLITE_NOMEM':
      return new UnreadableDirectoryError(path, error);
    default:
      return new DamagedDirectoryError(path, `chroma.sqlite3: ${error.message}`, error);
  }
}

function isSystemError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
