import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE } from '../../../chroma-directory/source-files';
import { StartupError } from '../../../common/startup.error';
import { ADOPTION_FILE } from './adoption-record';
import { isOwnedDirectory, MARKER_FILE } from '../server/owned-directory';

/** Where the memories of a `CHROMA_PATH` are. */
export interface ServedDirectory {
  /** Ours, or free to become so. */
  readonly directory: string;
  /** A directory of the original, of which `directory` is to be the copy; null where there is none. */
  readonly source: string | null;
}

/** ChromaDB of 0.4 and newer, and of 0.3: reading it says what is wrong with the latter. */
const CHROMA_FILES = [DATABASE_FILE, 'chroma-collections.parquet'];

/**
 * Which directory a `CHROMA_PATH` stands for: itself if it is ours, absent or empty; the copy beside it
 * (`<path>.wisdom`) if somebody else's ChromaDB made it. Changes nothing.
 *
 * @throws StartupError when it holds something else.
 */
export function servedDirectory(path: string): ServedDirectory {
  if (isOwnedDirectory(path)) return { directory: path, source: null };
  const names = namesIn(path).filter((name) => name !== `${MARKER_FILE}.new`);
  const copy = `${path}.wisdom`;
  if (names.some((name) => CHROMA_FILES.includes(name))) return { directory: copy, source: path };
  if (names.length > 0)
    throw new StartupError(
      `CHROMA_PATH ${path} holds ${names.slice(0, 3).join(', ')}: it was made neither by this service nor by ` +
        'ChromaDB. Name an empty or new directory.',
    );
  // Whoever removed the original after it was copied still wants the copy.
  const wasCopied = isOwnedDirectory(copy) && existsSync(join(copy, ADOPTION_FILE));
  return { directory: wasCopied ? copy : path, source: null };
}

/** Names in a directory; none where there is no directory. */
function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    const problem = code === 'ENOTDIR' ? 'is a file' : `cannot be read (${code})`;
    throw new StartupError(
      `CHROMA_PATH ${path} ${problem}: name a directory that this user may read and write.`,
      {
        cause,
      },
    );
  }
}
