import { Memory } from '../memory';
import { byOccurrence } from '../stored-memory';

/** A memory without its text, which is fetched when it is wanted. */
export type MemoryHeader = Omit<Memory, 'content'>;

/** What the index keeps of a memory. Never changed: a revision is a new entry. */
export interface TenantEntry {
  readonly header: MemoryHeader;
  /** Of the record that has the text: the memory's id, or what it was called where it was imported from. */
  readonly recordId: string;
  /** Grows with every new set of chunks, so that records of older ones can be told from the current. */
  readonly version: number;
  /** Vectors that are stored: at least one. */
  readonly chunks: number;
  /** Length of the text in UTF-16 units. */
  readonly characters: number;
  /** Written while PostgreSQL could not be used, and to be brought there. */
  readonly pending: boolean;
  /** The vectors that have a direction, each of length 1; undefined where the user has too many to keep them. */
  readonly directions?: readonly Float32Array[];
}

export function byEntryOccurrence(a: TenantEntry, b: TenantEntry): number {
  return byOccurrence(a.header, b.header);
}

/** A memory is in as many records as it has chunks: the first is the memory's own. */
export function recordIdsOf({ recordId, version, chunks }: TenantEntry): string[] {
  return [recordId, ...Array.from({ length: chunks - 1 }, (_, i) => chunkId(recordId, version, i + 1))];
}

/** @param chunk from 1: the first vector is in the memory's own record. */
export function chunkId(recordId: string, version: number, chunk: number): string {
  return `${recordId}#${version}#${chunk}`;
}

/** Rounding on the way leaves lengths this near 1; only vectors of others' making are further off. */
const UNIT_TOLERANCE = 1e-4;

/** `TenantEntry.directions` of a memory's vectors: copies, since these are the caller's. */
export function directionsOf(vectors: readonly Float32Array[]): Float32Array[] {
  return vectors.flatMap((vector) => {
    const length = lengthOf(vector);
    if (length === 0) return [];
    const isUnit = Math.abs(length - 1) < UNIT_TOLERANCE;
    return [isUnit ? vector.slice() : vector.map((component) => component / length)];
  });
}

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! ** 2;
  return Math.sqrt(sum);
}
