import { bytesOf, SqliteValue } from './sqlite-source';

/** SQL for such a column, which may be either; read with `sequenceOf`. */
export function sequenceColumn(column: string): string {
  return `CASE typeof(${column}) WHEN 'integer' THEN ${column} ELSE CAST(${column} AS BLOB) END`;
}

/** A place in the queue: an integer, or before ChromaDB 1.0 a big-endian blob of 8 bytes. */
export function sequenceOf(value: SqliteValue | undefined): number {
  if (typeof value === 'number') return value;
  const bytes = bytesOf(value);
  return bytes.length === 8 ? Number(bytes.readBigUInt64BE()) : 0;
}
