import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { INDEX_NAME, IndexDamagedError, METADATA_FILE } from '../../../chroma-directory/hnsw-index';
import { visitInSlices } from '../../../common/time-slices';
import { spareBytes } from './disk-space';
import { bytesToCopy, copyIndex, Fingerprint, fingerprintOf, isSame, isWhole, sizeIn } from './index-files';

/** Beside the indexes, so that whoever copies the directory has them. */
export const COPIES = 'index-copies';
/** Written last: a copy that has it is whole. */
const NOTE = 'as-copied.json';

/** The index, and which copy of it. */
export const COPY_NAME = /^([0-9a-f-]{36})\.(\d+)$/;

/** An index that is full grows by so much at once, right after it was copied. */
const GROWTH = 1.2;

interface IndexCopy {
  readonly folder: string;
  readonly number: number;
  /** Of the index when it was copied, or put back. */
  readonly original: Fingerprint;
}

/**
 * Copies of the files of ChromaDB's vector indexes. It overwrites these in place every so many records, and takes what is
 * in them out of its queue afterwards: killed in that moment (or out of disk), it leaves an index that never opens again,
 * with every vector that was in it (seen on 1.0.0, docs/adr/0014-copies-of-the-vector-index.md).
 *
 * The copy of an index is put back where it was left half-written. What came since is still in the queue, as long as
 * there is a copy of every state that was completed before the next is begun: `take` in time, and nothing is lost.
 */
export class IndexCopies {
  private readonly place: string;
  private known?: Map<string, IndexCopy>;

  /** @param directory that the server has its data in. */
  constructor(private readonly directory: string) {
    this.place = join(directory, COPIES);
  }

  /**
   * Copies every index that was written since its last copy. One that is being written is left for the next time. Calls
   * must not overlap. Rejects with what is wrong when a copy cannot be written.
   *
   * @param alone whether nobody writes to them meanwhile: a copy may then make room for the next.
   */
  async take({ alone }: { readonly alone: boolean }): Promise<void> {
    mkdirSync(this.place, { recursive: true });
    const known = (this.known ??= this.newest());
    const names = this.indexes();
    const changed = new Map<string, Fingerprint>();
    await visitInSlices(names, (name) => {
      const now = fingerprintOf(this.folderOf(name));
      const metadata = now[METADATA_FILE];
      // They are written last: where only other files have changed, the index is half-written.
      if (metadata !== undefined && metadata !== known.get(name)?.original[METADATA_FILE])
        changed.set(name, now);
    });
    for (const [name, now] of changed) await this.renew(name, now, known, alone).catch(ignoreDamage);
    for (const name of [...known.keys()]) if (!names.includes(name)) await this.forget(known, name);
  }

  /**
   * Puts back the indexes that were left half-written. No server may have the directory open.
   *
   * @returns the names of those that were put back, or will be built anew from the queue: what has no copy had not been
   *   written to the end yet.
   */
  async restore(): Promise<string[]> {
    // Nobody took copies of what is here.
    if (!existsSync(this.place)) return [];
    const copies = this.newest();
    const restored: string[] = [];
    for (const name of this.indexes()) {
      const copy = copies.get(name);
      if (!(await this.isHalfWritten(name, copy))) continue;
      const metadata = join(this.folderOf(name), METADATA_FILE);
      if (copy) this.putBack(name, copy);
      else renameSync(metadata, `${metadata}.torn`);
      restored.push(name);
    }
    return restored;
  }

  /** Written in part: files newer than what the metadata say, or metadata that end early. */
  private async isHalfWritten(name: string, copy: IndexCopy | undefined): Promise<boolean> {
    const folder = this.folderOf(name);
    const now = fingerprintOf(folder);
    if (now[METADATA_FILE] === undefined) return false;
    if (copy && now[METADATA_FILE] === copy.original[METADATA_FILE]) return !isSame(now, copy.original);
    return !(await isWhole(folder));
  }

  private async renew(
    name: string,
    now: Fingerprint,
    known: Map<string, IndexCopy>,
    alone: boolean,
  ): Promise<void> {
    const earlier = known.get(name);
    const hasRoom = spareBytes(this.directory) > GROWTH * bytesToCopy(this.folderOf(name));
    if (!hasRoom && !(earlier && alone)) throw new Error('there is no room');
    // Where there is room for one only, the index itself is whole and nobody writes to it while it is copied.
    if (!hasRoom) await this.forget(known, name);
    const copy = await this.copy(name, (earlier?.number ?? 0) + 1, now);
    if (!copy) return;
    known.set(name, copy);
    if (hasRoom && earlier) await discard(earlier);
  }

  /** @returns undefined when it was written to meanwhile. */
  private async copy(name: string, number: number, original: Fingerprint): Promise<IndexCopy | undefined> {
    const folder = join(this.place, `${name}.${number}`);
    await rm(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    let isDone = false;
    try {
      await copyIndex(this.folderOf(name), folder);
      isDone = isSame(original, fingerprintOf(this.folderOf(name))) && (await isWhole(folder));
      if (isDone) note(folder, original);
    } finally {
      if (!isDone) await rm(folder, { recursive: true });
    }
    return isDone ? { folder, number, original } : undefined;
  }

  /** The metadata last: broken off before them, it is done again. */
  private putBack(name: string, { folder, original }: IndexCopy): void {
    for (const file of Object.keys(original)) {
      const target = join(this.folderOf(name), file);
      copyFileSync(join(folder, file), `${target}.restored`);
      truncateSync(`${target}.restored`, sizeIn(original, file));
      renameSync(`${target}.restored`, target);
    }
    note(folder, fingerprintOf(this.folderOf(name)));
  }

  private async forget(known: Map<string, IndexCopy>, name: string): Promise<void> {
    const copy = known.get(name);
    known.delete(name);
    if (copy) await discard(copy);
  }

  /** Of each index the newest copy that is whole. */
  private newest(): Map<string, IndexCopy> {
    const copies = new Map<string, IndexCopy>();
    for (const entry of existsSync(this.place) ? readdirSync(this.place) : []) {
      const [, name, digits] = COPY_NAME.exec(entry) ?? [];
      const folder = join(this.place, entry);
      const number = Number(digits);
      if (name === undefined || !existsSync(join(folder, NOTE))) continue;
      if (number < (copies.get(name)?.number ?? 0)) continue;
      const original = JSON.parse(readFileSync(join(folder, NOTE), 'utf8')) as Fingerprint;
      copies.set(name, { folder, number, original });
    }
    return copies;
  }

  private indexes(): string[] {
    return readdirSync(this.directory).filter((name) => INDEX_NAME.test(name));
  }

  private folderOf(name: string): string {
    return join(this.directory, name);
  }
}

/** Whole or not there. */
function note(folder: string, original: Fingerprint): void {
  writeFileSync(join(folder, `${NOTE}.new`), JSON.stringify(original));
  renameSync(join(folder, `${NOTE}.new`), join(folder, NOTE));
}

/** Its note first: without, what a kill leaves of it is no copy. */
async function discard({ folder }: IndexCopy): Promise<void> {
  await rm(join(folder, NOTE), { force: true });
  await rm(folder, { recursive: true, force: true });
}

/** An index that makes no sense is one that is being written. */
function ignoreDamage(error: unknown): void {
  if (!(error instanceof IndexDamagedError)) throw error;
}
