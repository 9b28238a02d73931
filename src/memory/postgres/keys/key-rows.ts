import type { AccessKey, User } from '../../../auth/account';
import type { Scope } from '../../../auth/scope';

/** Bigints come as text. */
export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: Date;
}

export interface AccessKeyRow {
  readonly prefix: string;
  readonly hash: Buffer;
  readonly name: string;
  readonly user_id: string;
  readonly project: string | null;
  readonly scopes: Scope[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly last_used_at: Date | null;
  readonly revoked_at: Date | null;
}

export function userOfRow({ id, name, created_at }: UserRow): User {
  return { id: Number(id), name, createdAt: created_at };
}

export function keyOfRow(row: AccessKeyRow): AccessKey {
  return {
    prefix: row.prefix,
    hash: row.hash,
    name: row.name,
    userId: Number(row.user_id),
    project: row.project,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
