import type { AccessKey, NewAccessKey, User } from './account';

/** Injects the `KeyStore`. */
export const KEY_STORE = Symbol('KEY_STORE');

/**
 * The port: where users and keys are kept. `test/contract/key-store.contract.ts` proves each sentence on every adapter.
 *
 * Any number of processes work on one store at once. A write that resolved is seen by every later call of every process,
 * survives `kill -9`, and undoes no write of another. Where the store cannot be reached, read or written, calls reject with
 * what whoever runs the service can do about it, which is not for callers.
 */
export interface KeyStore {
  /** Lets go of every resource. Safe to call twice. */
  close(): Promise<void>;

  /** The key of that prefix, revoked and expired ones too. The one call that is made while requests wait. */
  findKey(prefix: string): Promise<AccessKey | undefined>;

  /** Notes when keys were used last; an earlier moment than is known changes nothing, nor does an unknown prefix. */
  noteUses(uses: ReadonlyMap<string, Date>): Promise<void>;

  /** By id. */
  listUsers(): Promise<User[]>;

  /**
   * Adds a user. One who has no name of their own yet (their first memory made them, or their id alone was known) is
   * given it.
   *
   * @throws UserExistsError when the name or the id is taken.
   */
  createUser(user: User): Promise<User>;

  /** By the moment of creation; of one user, or of all. Revoked and expired ones too. */
  listKeys(userId?: number): Promise<AccessKey[]>;

  /**
   * @throws UserNotFoundError when there is no such user.
   */
  createKey(key: NewAccessKey): Promise<AccessKey>;

  /**
   * From this moment on the key is refused, for good: revoking it again changes nothing.
   *
   * @returns the key, or undefined where there is none of that prefix.
   */
  revokeKey(prefix: string, at: Date): Promise<AccessKey | undefined>;

  /**
   * Removes a user and their keys.
   *
   * @returns whether there was such a user.
   */
  deleteUser(id: number): Promise<boolean>;
}
