import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../../../common/startup.error';
import { Rejects } from '../../reject-tally';

/** In the copy of a directory: what it is a copy of, and how far it is. */
export const ADOPTION_FILE = 'adoption.json';

export interface AdoptionRecord {
  /** Where the original was; it may move with its copy. */
  readonly source: string;
  /** Versions of ChromaDB. */
  readonly writtenBy: string;
  /** Until it is complete nothing is served, so that every difference to the original is something still to copy. */
  readonly state: 'copying' | 'complete';
  /** Stands in where the original knows no time of a memory. */
  readonly startedAt: string;
  readonly collections: readonly AdoptedCollection[];
  /** Collections that hold no memories of the service. */
  readonly leftOut: readonly string[];
}

export interface AdoptedCollection {
  /** ChromaDB's: another one under the same name is another collection. */
  readonly id: string;
  readonly name: string;
  readonly userId: number;
  /** Records in the original. */
  readonly records: number;
  /** Memories that were copied and found equal. */
  readonly memories: number;
  /** Of those, how many have a zero vector: they are listed and counted, never found by meaning. */
  readonly withoutDirection: number;
  /** Place of the original's last write: what comes behind it was written later. */
  readonly sequence: number;
  /** sha256 over everything that was copied at first, as it was read back; null where the collection came later. */
  readonly digest: string | null;
  /** Records that cannot be served. */
  readonly notCopied: readonly Rejects[];
}

/** @throws StartupError when there is one that cannot be read. */
export function readAdoptionRecord(directory: string): AdoptionRecord | undefined {
  const file = join(directory, ADOPTION_FILE);
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as AdoptionRecord;
  } catch (cause) {
    throw new StartupError(
      `${file} is damaged, and without it nobody can tell what was copied from where. Restore it from a backup; or ` +
        `remove ${directory}, with everything that was stored since, to copy the original again.`,
      { cause },
    );
  }
}

/** Survives a power failure: either the former record is there or this one. */
export function writeAdoptionRecord(directory: string, record: AdoptionRecord): void {
  const file = join(directory, ADOPTION_FILE);
  writeFileSync(`${file}.new`, `${JSON.stringify(record, undefined, 2)}\n`, { flush: true });
  renameSync(`${file}.new`, file);
  // Windows has no way to do it for a directory, and no need.
  if (process.platform === 'win32') return;
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
