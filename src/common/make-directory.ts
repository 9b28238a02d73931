import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and those it is in, where they are missing. Throws what the system says where one cannot be made.
 *
 * Node's own `recursive` never returns below /proc, where making anything is refused as if the parent were missing.
 */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !isDirectory(dirname(path))) {
      makeDirectory(dirname(path));
      mkdirSync(path);
    } else if (!isDirectory(path)) throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
