import type { JsonParts } from '../../common/json-parts';
import type { Limits } from '../../config/app-config';
import { METADATA_FILTER_LIMITS } from '../filter/metadata-filter-parser';

/** JSON writes a character as twelve bytes at most (two escapes), and a byte of UTF-8 as six. */
const BYTES_OF_CHARACTER = 12;
const BYTES_OF_BYTE = 6;

/** Room for the other fields and for white space. */
const REST = 64 * 1024;

/** Fields of a memory of a batch: there are fewer. */
const NEW_MEMORY_FIELDS = 20;

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

/** Room for the fields of the API themselves, one of them with an object or a list in it. */
const FIELDS = 1_000;

/** Parts that the JSON of a body to this path may have: as many as what its limits allow can consist of. */
export function mostJsonParts(path: string, limits: Limits): JsonParts {
  const { batchMemories, bodyBytes, metadataBytes, metadataKeys } = limits;
  if (BATCH.test(path))
    return { keys: FIELDS + batchMemories * (metadataKeys + NEW_MEMORY_FIELDS), containers: bodyBytes };
  const { bytes: filterBytes } = METADATA_FILTER_LIMITS;
  // A key takes five bytes (`"":0,`), a list two (`[]`).
  return {
    keys: FIELDS + Math.max(metadataKeys, Math.ceil(filterBytes / 5)),
    containers: FIELDS + Math.ceil(Math.max(metadataBytes, filterBytes) / 2),
  };
}
