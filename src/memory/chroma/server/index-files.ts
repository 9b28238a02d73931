import { createReadStream, createWriteStream, lstatSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  DATA_FILE,
  HEADER_FILE,
  HnswIndex,
  IndexDamagedError,
  indexFacts,
  METADATA_FILE,
} from '../../../chroma-directory/hnsw-index';
import { visitInSlices } from '../../../common/time-slices';

/** A copy is read and written in pieces of that many bytes: of 64 KB, the default, it takes twice as long (measured). */
const PIECE_BYTES = 1024 * 1024;

/** In the order in which ChromaDB writes them. */
const FILES = [HEADER_FILE, 'length.bin', 'link_lists.bin', DATA_FILE, METADATA_FILE];

/** Size, then time of change of each file of an index. */
export type Fingerprint = Readonly<Record<string, string>>;

export function isSame(a: Fingerprint, b: Fingerprint): boolean {
  return FILES.every((file) => a[file] === b[file]);
}

/** In bytes, of a file that was there. */
export function sizeIn(fingerprint: Fingerprint, file: string): number {
  return Number.parseInt(fingerprint[file]!, 10);
}

/** In the order of `FILES`; only those that exist. */
export function fingerprintOf(folder: string): Fingerprint {
  const entries = FILES.flatMap((file) => {
    const stat = lstatSync(join(folder, file), { bigint: true, throwIfNoEntry: false });
    return stat ? [[file, `${stat.size}@${stat.mtimeNs}`]] : [];
  });
  return Object.fromEntries(entries) as Fingerprint;
}

/**
 * What a copy of an index takes.
 *
 * @throws IndexDamagedError
 */
export function bytesToCopy(folder: string): number {
  const fingerprint = fingerprintOf(folder);
  const others = Object.keys(fingerprint).filter((file) => file !== DATA_FILE);
  return others.reduce((sum, file) => sum + sizeIn(fingerprint, file), usedBytes(folder));
}

/**
 * Copies an index, its vectors as far as there are any: ChromaDB makes room for 10,000 at once.
 *
 * @throws IndexDamagedError
 */
export async function copyIndex(folder: string, target: string): Promise<void> {
  for (const file of Object.keys(fingerprintOf(folder))) {
    if (file === DATA_FILE) await copyBeginning(join(folder, file), join(target, file), usedBytes(folder));
    else await copyFile(join(folder, file), join(target, file));
  }
}

/** Whether everything is there that the index says it has. */
export async function isWhole(folder: string): Promise<boolean> {
  try {
    // Reaching the end of it is what counts.
    await visitInSlices(indexFacts(folder), () => undefined);
    return withIndex(folder, ({ damage }) => damage === undefined);
  } catch (error) {
    if (error instanceof IndexDamagedError) return false;
    throw error;
  }
}

function usedBytes(folder: string): number {
  return withIndex(folder, (index) => index.usedBytes);
}

function withIndex<T>(folder: string, read: (index: HnswIndex) => T): T {
  const index = HnswIndex.open(folder);
  try {
    return read(index);
  } finally {
    index.close();
  }
}

async function copyBeginning(source: string, target: string, bytes: number): Promise<void> {
  if (bytes === 0) return writeFileSync(target, '');
  await pipeline(
    createReadStream(source, { end: bytes - 1, highWaterMark: PIECE_BYTES }),
    createWriteStream(target),
  );
}
