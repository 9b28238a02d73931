import { timingSafeEqual } from 'node:crypto';
import { hashOf, prefixOf } from './access-key-text';
import { type AccessKey, hasExpired } from './account';
import { InvalidKeyError, MissingKeyError } from './auth.errors';
import type { Principal } from './principal';

/** Of no key: compared with where there is none, so that both cases take the same time. */
const NO_HASH = Buffer.alloc(32);

/** Tells who calls by the key they show. */
export class Authenticator {
  /** Keys that were used, and when last, since they were taken away. */
  private uses = new Map<string, Date>();

  /** @param find the key of a prefix, at most a few seconds old, for whoever is at an address. */
  constructor(
    private readonly find: (prefix: string, address: string) => Promise<AccessKey | undefined>,
    private readonly now: () => Date,
  ) {}

  /**
   * @param authorization the header of that name.
   * @param address of whoever sent it.
   * @throws UnauthorizedError
   */
  async authenticate(authorization: string | undefined, address: string): Promise<Principal> {
    if (authorization === undefined) throw new MissingKeyError();
    const text = /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
    const prefix = prefixOf(text);
    if (prefix === undefined) throw InvalidKeyError.unknown();
    const key = await this.find(prefix, address);
    const isTheirs = timingSafeEqual(hashOf(text), key?.hash ?? NO_HASH);
    if (!key || !isTheirs) throw InvalidKeyError.unknown();
    this.refuseEnded(key);
    this.uses.set(prefix, this.now());
    return {
      keyPrefix: prefix,
      userId: key.userId,
      project: key.project,
      scopes: new Set(key.scopes),
    };
  }

  /** When keys were used last, of those that were since this was asked before. */
  takeUses(): ReadonlyMap<string, Date> {
    const { uses } = this;
    this.uses = new Map();
    return uses;
  }

  /** Only whoever holds the key learns that it was one. */
  private refuseEnded(key: AccessKey): void {
    if (key.revokedAt !== null) throw InvalidKeyError.revoked(key.revokedAt);
    if (hasExpired(key, this.now())) throw InvalidKeyError.expired(key.expiresAt);
  }
}
