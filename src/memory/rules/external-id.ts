import { isMemoryId } from '../memory-id';
import { lineProblem } from './text-rules';

/**
 * Paths of the API beside `/api/memory/{id}`: an external id of that name could not be reached. `.` and `..` are
 * taken out of a URL, percent-encoded or not, before it is sent.
 */
const PATH_WORDS: ReadonlySet<string> = new Set([
  'initialize',
  'status',
  'store',
  'search',
  'session',
  'project',
  'projects',
  'stats',
  'delete',
  'export',
  'import',
  'context',
  '.',
  '..',
]);

/** Whether a memory could not be found by this external id: it would be read as an id or as a path of ours. */
export function isReservedExternalId(externalId: string): boolean {
  return isMemoryId(externalId) || PATH_WORDS.has(externalId.toLowerCase());
}

/** What keeps a text from being an external id, or undefined. */
export function externalIdProblem(externalId: string, maxBytes: number): string | undefined {
  if (isMemoryId(externalId)) return 'must not be a UUID: it could be mistaken for an id';
  if (isReservedExternalId(externalId))
    return 'must not be a word of our paths such as "search", nor "." or ".."';
  if (Buffer.byteLength(externalId, 'utf8') > maxBytes) return `must have at most ${maxBytes} bytes of UTF-8`;
  return lineProblem(externalId);
}
