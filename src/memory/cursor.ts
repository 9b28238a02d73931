import { createHash } from 'node:crypto';
import { InvalidInputError } from '../common/domain.error';
import { MemoryFilter, Position } from './memory';
import { isMemoryId } from './memory-id';

/** What a cursor belongs to: it leads on in this list, of this user, under this filter, and nowhere else. */
export interface CursorScope {
  readonly userId: number;
  readonly filter: MemoryFilter;
  readonly order: 'ascending' | 'descending';
}

/** The latest moment that a `Date` can hold, in milliseconds. */
const LATEST = 8.64e15;

/** Opaque to callers: `[milliseconds, id, digest of the scope]` as base64url. */
export function encodeCursor(scope: CursorScope, { occurredAt, id }: Position): string {
  const parts = [occurredAt.getTime(), id, digest(scope)];
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url');
}

/** @throws InvalidInputError for what is no cursor, or the cursor of another list. */
export function decodeCursor(scope: CursorScope, cursor: string): Position {
  const [time, id, scopeDigest] = parts(cursor);
  if (typeof time !== 'number' || !(Math.abs(time) <= LATEST) || typeof id !== 'string' || !isMemoryId(id))
    throw new InvalidInputError([
      { field: 'cursor', reason: 'must be the next_cursor of the page before, unchanged' },
    ]);
  if (scopeDigest !== digest(scope))
    throw new InvalidInputError([
      { field: 'cursor', reason: 'belongs to another list: send the same filter as for the page before' },
    ]);
  return { occurredAt: new Date(time), id };
}

function parts(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** Short: it only has to tell one list from another by mistake; it protects nothing. */
function digest({ userId, filter, order }: CursorScope): string {
  const text = JSON.stringify([userId, order, filter]);
  return createHash('sha256').update(text, 'utf8').digest('base64url').slice(0, 10);
}
