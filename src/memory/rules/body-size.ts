import type { Limits } from '../../config/app-config';
import { METADATA_FILTER_LIMITS } from '../filter/metadata-filter-parser';

/** JSON writes a character as twelve bytes at most (two escapes), and a byte of UTF-8 as six. */
const BYTES_OF_CHARACTER = 12;
const BYTES_OF_BYTE = 6;

/** Room for the other fields and for white space. */
const REST = 64 * 1024;

/** The one call that takes many memories. */
const BATCH = /^\/api\/memory\/store\/batch\/?$/i;

/** Bytes that the body of a call with one memory, or one question and filter, can need. */
export function singleBodyBytes(limits: Limits): number {
  const { bodyBytes, contentCharacters, metadataBytes, queryCharacters } = limits;
  const memory = BYTES_OF_CHARACTER * contentCharacters + BYTES_OF_BYTE * metadataBytes;
  const question = BYTES_OF_CHARACTER * queryCharacters + BYTES_OF_BYTE * METADATA_FILTER_LIMITS.bytes;
  return Math.min(bodyBytes, Math.max(memory, question) + REST);
}

/**
 * Bytes that a body to this path may have: JSON is read in one go while everybody waits, so no call takes more than it
 * can need.
 */
export function mostBodyBytes(path: string, limits: Limits): number {
  return BATCH.test(path) ? limits.bodyBytes : singleBodyBytes(limits);
}
