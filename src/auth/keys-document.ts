import { isRecord } from '../common/is-record';
import type { AccessKey, User } from './account';
import type { Scope } from './scope';

/** What the file of users and keys holds. */
export interface KeysDocument {
  readonly users: readonly User[];
  readonly keys: readonly AccessKey[];
  /** Users whose memories whoever has the store open is to remove. Nobody has keys of theirs any more. */
  readonly leaving: readonly number[];
}

export const NO_KEYS: KeysDocument = { users: [], keys: [], leaving: [] };

const FORMAT = 1;

/** As it is written: for people to look at, one day for other versions to read. */
export function writeDocument({ users, keys, leaving }: KeysDocument): string {
  const document = {
    format: FORMAT,
    users: users.map(({ id, name, createdAt }) => ({ id, name, created_at: createdAt.toISOString() })),
    keys: keys.map((key) => ({
      prefix: key.prefix,
      sha256: key.hash.toString('hex'),
      name: key.name,
      user_id: key.userId,
      project: key.project,
      scopes: key.scopes,
      created_at: key.createdAt.toISOString(),
      expires_at: key.expiresAt?.toISOString() ?? null,
      last_used_at: key.lastUsedAt?.toISOString() ?? null,
      revoked_at: key.revokedAt?.toISOString() ?? null,
    })),
    leaving,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** @throws Error where it is not what `writeDocument` writes: better no key than a wrong one. */
export function readDocument(text: string): KeysDocument {
  const document = JSON.parse(text) as unknown;
  if (!isRecord(document) || document.format !== FORMAT) throw new Error(`the format is not ${FORMAT}`);
  const { users, keys, leaving } = document as unknown as WrittenDocument;
  return {
    users: users.map(({ id, name, created_at }) => ({ id, name, createdAt: time(created_at) })),
    keys: keys.map((key) => ({
      prefix: key.prefix,
      hash: hash(key.sha256),
      name: key.name,
      userId: key.user_id,
      project: key.project,
      scopes: key.scopes,
      createdAt: time(key.created_at),
      expiresAt: maybeTime(key.expires_at),
      lastUsedAt: maybeTime(key.last_used_at),
      revokedAt: maybeTime(key.revoked_at),
    })),
    leaving: [...leaving],
  };
}

interface WrittenDocument {
  readonly users: readonly { readonly id: number; readonly name: string; readonly created_at: string }[];
  readonly keys: readonly WrittenKey[];
  readonly leaving: readonly number[];
}

interface WrittenKey {
  readonly prefix: string;
  readonly sha256: string;
  readonly name: string;
  readonly user_id: number;
  readonly project: string | null;
  readonly scopes: readonly Scope[];
  readonly created_at: string;
  readonly expires_at?: string | null;
  readonly last_used_at?: string | null;
  readonly revoked_at?: string | null;
}

function hash(hex: string): Buffer {
  const bytes = Buffer.from(hex, 'hex');
  if (bytes.length !== 32) throw new Error('a sha256 is not one');
  return bytes;
}

function time(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new Error('a time is not one');
  return date;
}

/** Of a key that ends, a missing or unreadable time must not mean that it does not. */
function maybeTime(text: string | null | undefined): Date | null {
  if (text === undefined) throw new Error('a time is missing');
  return text === null ? null : time(text);
}
