import { Memory } from '../../memory';
import { byOccurrence } from '../../stored-memory';

export type MemoryHeader = Omit<Memory, 'content'>;

/** What the index keeps of a memory. Never changed: a revision is a new entry. */
export interface TenantEntry {
  readonly header: MemoryHeader;
  /** Undefined where the index does not keep it: it is fetched when it is wanted. */
  readonly content?: string;
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
}

/** The memory of an entry that has its text, for a caller to do with as it likes; undefined of another. */
export function memoryOfEntry({ header, content }: TenantEntry): Memory | undefined {
  if (content === undefined) return undefined;
  // In this order: a field that the header does not have, after it, takes four times as long.
  return { content, ...header, metadata: structuredClone(header.metadata) };
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

/** The memory's own record, of the id of any of its chunks. */
export function recordOfChunk(id: string): string {
  return id.replace(/#\d+#\d+$/, '');
}
