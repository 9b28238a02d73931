import { statfsSync } from 'node:fs';
import { BackendUnavailableError } from '../../memory.errors';

/**
 * ChromaDB overwrites the files of its vector index in place, every so many records: a disk that fills up meanwhile
 * leaves an index that can never be opened again, with everything that was acknowledged (tried on 1.0.0). So writing
 * stops while there is room for that.
 */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** Of small disks. Measured: 10 % of 60 MB was enough through every fill and restart. */
const RESERVE_SHARE = 0.1;

/** What is written goes to the database, its journal, its indexes and the vector index. */
const COPIES_WRITTEN = 4;

/** Deleting, which adds 0 bytes, frees room but takes some before. */
const DELETING_SHARE = 0.25;

/**
 * Makes sure that a directory's disk has room for a write.
 *
 * @param bytes that are added; 0 when something is deleted.
 * @throws BackendUnavailableError that says how much is left, or that the directory is not there any more: the server
 *   would go on writing to files that nobody finds again.
 */
export function ensureDiskSpace(directory: string, bytes: number): void {
  const { free, reserve } = spaceOf(directory);
  const needed = bytes === 0 ? DELETING_SHARE * reserve : reserve + COPIES_WRITTEN * bytes;
  if (free >= needed) return;
  throw new BackendUnavailableError(
    `The disk of ${directory} is full: ${inMegabytes(free)} are left, ${inMegabytes(needed)} are needed to write ` +
      'safely. Nothing was changed; free some space.',
  );
}

/** Free bytes of a directory's disk beyond those that are kept for writing safely; negative where these are short. */
export function spareBytes(directory: string): number {
  const { free, reserve } = spaceOf(directory);
  return free - reserve;
}

/** Without a thread's help: asking takes 8 microseconds, with the way there and back 38, more when it sleeps; for every store. */
function spaceOf(directory: string): { readonly free: number; readonly reserve: number } {
  try {
    const { bavail, blocks, bsize } = statfsSync(directory);
    return { free: bavail * bsize, reserve: Math.min(RESERVE_BYTES, RESERVE_SHARE * blocks * bsize) };
  } catch (cause) {
    throw unreachable(directory, cause);
  }
}

function unreachable(directory: string, cause: unknown): BackendUnavailableError {
  const { code } = cause as NodeJS.ErrnoException;
  return new BackendUnavailableError(
    `${directory} cannot be reached (${code}): bring the directory or its disk back. Nothing was changed.`,
    { cause },
  );
}

function inMegabytes(bytes: number): string {
  return `${Math.floor(bytes / 1e6)} MB`;
}
