import { randomInt } from 'node:crypto';
import { hashOf, newKeyText } from './access-key-text';
import { type AccessKey, hasExpired, type User } from './account';
import { InvalidAccountError, KeyNotFoundError, UserNotFoundError } from './auth.errors';
import type { KeyStore } from './key-store';
import type { Scope } from './scope';

/** What a key is to be. */
export interface KeyRequest {
  readonly userId: number;
  readonly name: string;
  readonly project: string | null;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
}

/** A key that was made, and the text that nobody can make again. */
export interface CreatedKey {
  readonly key: AccessKey;
  readonly text: string;
}

const LONGEST_NAME = 100;

/**
 * Ids are drawn, not counted: one that was chosen by a caller before there were keys, or that belonged to somebody who
 * left, must not become a new user's. Nine digits are easily told from those that people choose.
 */
const FIRST_ID = 100_000_000;
const LAST_ID = 999_999_999;

/** What whoever runs the service does to users and keys. */
export class Accounts {
  constructor(
    private readonly store: KeyStore,
    private readonly now: () => Date,
  ) {}

  /**
   * @param id of a user whose memories are there already; drawn, if not given.
   * @throws InvalidAccountError, UserExistsError
   */
  async createUser(name: string, id?: number): Promise<User> {
    refuseOddName('name', name);
    if (/^(user-)?\d+$/.test(name))
      throw new InvalidAccountError(
        'The name of a user is no number, nor "user-" and one: those stand for ids.',
      );
    return this.store.createUser({ id: id ?? (await this.freeId()), name, createdAt: this.now() });
  }

  listUsers(): Promise<User[]> {
    return this.store.listUsers();
  }

  /**
   * @param given a name, or an id.
   * @throws UserNotFoundError
   */
  async getUser(given: string): Promise<User> {
    const users = await this.store.listUsers();
    const user = users.find(({ name }) => name === given) ?? users.find(({ id }) => String(id) === given);
    if (!user) throw new UserNotFoundError(given);
    return user;
  }

  /** @throws InvalidAccountError, UserNotFoundError */
  async createKey(request: KeyRequest): Promise<CreatedKey> {
    refuseOddName('name of a key', request.name);
    if (request.project !== null) refuseOddName('project', request.project, 255);
    if (request.expiresAt !== null && request.expiresAt <= this.now())
      throw new InvalidAccountError('A key expires in the future.');
    const { prefix, text } = newKeyText();
    const key = await this.store.createKey({
      ...request,
      prefix,
      hash: hashOf(text),
      createdAt: this.now(),
    });
    return { key, text };
  }

  listKeys(userId?: number): Promise<AccessKey[]> {
    return this.store.listKeys(userId);
  }

  /**
   * @param given the prefix, or all of a key.
   * @returns the key as it is now, and whether it was good until now.
   * @throws KeyNotFoundError
   */
  async revokeKey(given: string): Promise<{ readonly key: AccessKey; readonly wasGood: boolean }> {
    const prefix = /^wm_([^_]*)/.exec(given)?.[1] ?? given;
    const now = this.now();
    const before = await this.store.findKey(prefix);
    const key = await this.store.revokeKey(prefix, now);
    if (!before || !key) throw new KeyNotFoundError(prefix);
    return { key, wasGood: isGood(before, now) };
  }

  private async freeId(): Promise<number> {
    const taken = new Set((await this.store.listUsers()).map(({ id }) => id));
    for (;;) {
      const id = randomInt(FIRST_ID, LAST_ID + 1);
      if (!taken.has(id)) return id;
    }
  }
}

/** Whether a key opens anything. */
export function isGood(key: AccessKey, now: Date): boolean {
  return key.revokedAt === null && !hasExpired(key, now);
}

function refuseOddName(what: string, name: string, longest = LONGEST_NAME): void {
  if (name.trim() !== name || name === '' || name.length > longest || /\p{Cc}|\p{Cs}/u.test(name))
    throw new InvalidAccountError(
      `A ${what} has 1 to ${longest} characters, none of them control characters, and no space at its ends.`,
    );
}
