import { createReadStream, createWriteStream, lstatSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HnswIndex, IndexDamagedError, IndexFact, indexFacts } from '../../chroma-directory/hnsw-index';

/** Says which records are in the index; ChromaDB writes it after the others. */
export const METADATA = 'index_metadata.pickle';
const DATA = 'data_level0.bin';
const FILES = ['header.bin', 'length.bin', 'link_lists.bin', DATA, METADATA];

/** Checking gives the event loop its turn this often. */
const SLICE_MS = 5;

/** Size, then time of change of each file of an index. */
export type Fingerprint = Readonly<Record<string, string>>;

export function isSame(a: Fingerprint, b: Fingerprint | undefined): boolean {
  return b !== undefined && FILES.every((file) => a[file] === b[file]);
}

/** In bytes, of a file that was there. */
export function sizeIn(fingerprint: Fingerprint, file: string): number {
  return Number.parseInt(fingerprint[file]!, 10);
}

/** In the order in which ChromaDB writes them; only those that exist. */
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
  const others = Object.keys(fingerprint).filter((file) => file !== DATA);
  return others.reduce((sum, file) => sum + sizeIn(fingerprint, file), usedBytes(folder));
}

/**
 * Copies an index, its vectors as far as there are any: ChromaDB makes room for 10,000 at once.
 *
 * @throws IndexDamagedError
 */
export async function copyIndex(folder: string, target: string): Promise<void> {
  for (const file of Object.keys(fingerprintOf(folder))) {
    if (file === DATA) await copyBeginning(join(folder, file), join(target, file), usedBytes(folder));
    else await copyFile(join(folder, file), join(target, file));
  }
}

/** Whether everything is there that the index says it has. */
export function isWhole(folder: string): boolean {
  const check = wholeness(folder);
  for (;;) {
    const { done, value } = check.next();
    if (done) return value;
  }
}

/** The same for a process that others wait for. */
export async function isWholeInSlices(folder: string): Promise<boolean> {
  const check = wholeness(folder);
  let sliceEnd = performance.now() + SLICE_MS;
  for (;;) {
    const { done, value } = check.next();
    if (done) return value;
    if (performance.now() < sliceEnd) continue;
    await nextTurn();
    sliceEnd = performance.now() + SLICE_MS;
  }
}

function* wholeness(folder: string): Generator<IndexFact, boolean> {
  try {
    yield* indexFacts(folder);
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
  await pipeline(createReadStream(source, { end: bytes - 1 }), createWriteStream(target));
}
