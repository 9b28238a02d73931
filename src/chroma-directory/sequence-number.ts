import { bytesOf, SqliteValue } from './sqlite-source';

/** A place in the queue: an integer, or before ChromaDB 1.0 a big-endian blob of 8 bytes. */
export function sequenceOf(value: SqliteValue | undefined): number {
  if (typeof value === 'number') return value;
  const bytes = bytesOf(value);
  return bytes.length === 8 ? Number(bytes.readBigUInt64BE()) : 0;
}
