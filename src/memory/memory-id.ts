import { hash } from 'node:crypto';
import { v7 as uuidv7, stringify, validate } from 'uuid';

/** A fresh id: UUID v7, ascending within a process, also inside one millisecond. */
export function newMemoryId(): string {
  return uuidv7();
}

/**
 * The id of an imported memory: UUID v8 of a sha256 over where it came from, so that importing it again finds it.
 * No path is part of it: a directory may move.
 *
 * @param source the collection's name, or `pg_mem` for the original's PostgreSQL.
 * @param recordId the id that the record has there.
 */
export function importedMemoryId(userId: number, source: string, recordId: string): string {
  const digest = hash('sha256', JSON.stringify([userId, source, recordId]), 'buffer');
  const bytes = new Uint8Array(digest.subarray(0, 16));
  // RFC 9562: version in the high half of byte 6, variant 10 in the high bits of byte 8.
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return stringify(bytes);
}

/** Whether a key is an id of ours rather than an external id. */
export function isMemoryId(key: string): boolean {
  return validate(key);
}
