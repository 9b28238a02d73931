import { table } from '../../cli/table';
import type { AccessKey, User } from '../account';
import { CreatedKey, isGood } from '../accounts';

/** For programs; part of what the commands promise. */
export function userJson({ id, name, createdAt }: User): object {
  return { id, name, created_at: createdAt.toISOString() };
}

/** For programs; never the key itself. */
export function keyJson(key: AccessKey): object {
  return {
    prefix: key.prefix,
    name: key.name,
    user_id: key.userId,
    project: key.project,
    scopes: key.scopes,
    created_at: key.createdAt.toISOString(),
    expires_at: key.expiresAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
  };
}

export function usersText(users: readonly User[]): string {
  if (users.length === 0) return 'There are no users: "users create NAME" makes one.';
  return table(
    ['ID', 'NAME', 'CREATED (UTC)'],
    users.map(({ id, name, createdAt }) => [String(id), name, minute(createdAt)]),
  );
}

/** @param users whose names are shown. */
export function keysText(keys: readonly AccessKey[], users: readonly User[], now: Date): string {
  if (keys.length === 0) return 'There are no keys: "keys create --user NAME" makes one.';
  const names = new Map(users.map(({ id, name }) => [id, name]));
  return table(
    ['PREFIX', 'NAME', 'USER', 'PROJECT', 'SCOPES', 'STATE', 'LAST USED (UTC)'],
    keys.map((key) => [
      key.prefix,
      key.name,
      `${names.get(key.userId) ?? ''} (${key.userId})`,
      key.project ?? '(all)',
      key.scopes.join(','),
      stateOf(key, now),
      key.lastUsedAt ? minute(key.lastUsedAt) : 'never',
    ]),
  );
}

/** The one time that a key is shown. */
export function createdKeyText({ key, text }: CreatedKey, { name, id }: User): string {
  const where = key.project === null ? 'all projects' : `the project ${JSON.stringify(key.project)}`;
  const end = key.expiresAt === null ? 'does not expire' : `expires at ${key.expiresAt.toISOString()}`;
  return `A key of ${name} (${id}) for ${where}: ${key.scopes.join(', ')}. It ${end}.

  ${text}

It is shown this once: keep it where only its user can read it, and send it with every call as

  Authorization: Bearer ${text}

Should somebody else see it: npm run cli -- keys revoke ${key.prefix}`;
}

function stateOf(key: AccessKey, now: Date): string {
  if (key.revokedAt !== null) return `revoked ${minute(key.revokedAt)}`;
  if (key.expiresAt === null) return 'good';
  return `${isGood(key, now) ? 'until' : 'expired'} ${minute(key.expiresAt)}`;
}

function minute(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ');
}
