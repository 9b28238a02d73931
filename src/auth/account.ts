import type { Scope } from './scope';

/** Somebody whose memories are kept apart from everybody else's. */
export interface User {
  /** Positive, within 2^53 - 1. */
  readonly id: number;
  /** Unique. */
  readonly name: string;
  readonly createdAt: Date;
}

/** A key as it is kept: nothing of it lets anybody in. */
export interface AccessKey {
  /** Names the key, in lists, logs and in the key itself. Unique. */
  readonly prefix: string;
  /** SHA-256 of the whole key: 32 bytes. With 256 random bits in a key, there is nothing to guess and to salt. */
  readonly hash: Buffer;
  /** What it is for, in its owner's words. */
  readonly name: string;
  readonly userId: number;
  /** Name of the only project that it opens; null for all. */
  readonly project: string | null;
  /** At least one, each once. */
  readonly scopes: readonly Scope[];
  readonly createdAt: Date;
  /** From this moment on it is refused. */
  readonly expiresAt: Date | null;
  /** To the minute. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Whether a key has expired; it may have been revoked too. */
export function hasExpired(key: AccessKey, now: Date): key is AccessKey & { readonly expiresAt: Date } {
  return key.expiresAt !== null && key.expiresAt <= now;
}

/** A key that is about to be kept. */
export type NewAccessKey = Omit<AccessKey, 'lastUsedAt' | 'revokedAt'>;
