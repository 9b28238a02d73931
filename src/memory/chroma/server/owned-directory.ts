import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INDEX_NAME } from '../../../chroma-directory/hnsw-index';
import { DATABASE_FILE } from '../../../chroma-directory/source-files';
import { makeDirectory } from '../../../common/make-directory';
import { StartupError } from '../../../common/startup.error';

/**
 * Says that a directory is ours. A ChromaDB server writes to every directory that it opens, sometimes one way: ours
 * opens only what has this file.
 */
export const MARKER_FILE = 'wisdom-memory.json';

const MARKER = { made_by: 'wisdom-memory', format: 1 };

/** Whether we made a directory. */
export function isOwnedDirectory(directory: string): boolean {
  return existsSync(join(directory, MARKER_FILE));
}

/**
 * Makes a directory ours that does not exist or is empty; one that is ours already stays as it is.
 *
 * @throws StartupError when it holds something else, cannot be written, or has lost its database.
 */
export function claimDirectory(directory: string): void {
  if (isOwnedDirectory(directory)) return refuseLostDatabase(directory);
  const strangers = prepare(directory).filter((name) => name !== `${MARKER_FILE}.new`);
  if (strangers.length > 0) {
    throw new StartupError(
      `CHROMA_PATH ${directory} holds ${strangers.slice(0, 3).join(', ')} and was not made by this service: ` +
        'name an empty or new directory.',
    );
  }
  orExplain(directory, () => mark(directory));
}

/** ChromaDB would make a new one, and whoever looks for the memories would find that there never were any. */
function refuseLostDatabase(directory: string): void {
  const names = orExplain(directory, () => readdirSync(directory));
  if (names.includes(DATABASE_FILE) || !names.some((name) => INDEX_NAME.test(name))) return;
  throw new StartupError(
    `CHROMA_PATH ${directory} was made by this service, but its ${DATABASE_FILE} is gone: restore the directory from a ` +
      'backup, or name an empty or new one.',
  );
}

/** @returns what is in the directory, which is made if there is none. */
function prepare(directory: string): string[] {
  return orExplain(directory, () => {
    makeDirectory(directory);
    return readdirSync(directory);
  });
}

function mark(directory: string): void {
  const marker = join(directory, MARKER_FILE);
  writeFileSync(`${marker}.new`, `${JSON.stringify(MARKER)}\n`, { flush: true });
  renameSync(`${marker}.new`, marker);
}

function orExplain<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new StartupError(
      `CHROMA_PATH ${directory} cannot be made, read or written (${(cause as NodeJS.ErrnoException).code}): ` +
        'give the service the right to write there, or name another directory.',
      { cause },
    );
  }
}
