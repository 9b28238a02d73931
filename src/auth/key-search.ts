import { TokenBuckets } from '../common/token-buckets';
import type { AccessKey } from './account';
import { TooManyUnknownKeysError } from './auth.errors';
import type { KeyCache } from './key-cache';

const MINUTE_MS = 60_000;

/** Addresses whose tries are counted at a time: some megabytes at most. */
const MOST_ADDRESSES = 20_000;

/**
 * Looks up the keys that callers show, and bounds what made-up ones cost: each is a look-up, since it is not remembered. A
 * key that exists costs its address nothing, and one that this process knows is found whatever others at the same
 * address, which may be a proxy's, have tried.
 */
export class KeySearch {
  private readonly tries: TokenBuckets;

  /**
   * @param limit keys that are not there, a minute and address; 0 is no limit.
   * @param now milliseconds.
   */
  constructor(
    private readonly cache: KeyCache,
    private readonly limit: number,
    now: () => number,
  ) {
    this.tries = new TokenBuckets(MOST_ADDRESSES, now);
  }

  /** @throws TooManyUnknownKeysError */
  async find(prefix: string, address: string): Promise<AccessKey | undefined> {
    if (this.limit === 0 || this.cache.knows(prefix)) return this.cache.get(prefix);
    // Counted before it is known to be one, so that many at once are too.
    const { granted, nextAfterMs } = this.tries.take(address, this.limit, MINUTE_MS);
    if (!granted) throw new TooManyUnknownKeysError(this.limit, Math.ceil(nextAfterMs / 1000));
    let isUnknown = false;
    try {
      const key = await this.cache.get(prefix);
      isUnknown = key === undefined;
      return key;
    } finally {
      if (!isUnknown) this.tries.giveBack(address, this.limit);
    }
  }
}
