import { LRUCache } from 'lru-cache';

/** What is left to a caller after a request was counted. */
export interface Allowance {
  readonly granted: boolean;
  /** Requests that would be granted now. */
  readonly remaining: number;
  /** Milliseconds until as many as at the beginning would be. */
  readonly fullAfterMs: number;
  /** Milliseconds until one would be. */
  readonly nextAfterMs: number;
}

/** Requests in hand as of a moment; a part of one counts. */
interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/**
 * Counts requests by caller: each has `limit` at once, and gets them back evenly over `periodMs`. What is refused is not
 * counted. Holds a number for each of at most `mostCallers`; beyond them, whoever asked longest ago begins anew.
 */
export class TokenBuckets {
  private readonly buckets: LRUCache<string, Bucket>;

  /** @param now milliseconds. */
  constructor(
    mostCallers: number,
    private readonly now: () => number,
  ) {
    this.buckets = new LRUCache({ max: mostCallers });
  }

  take(caller: string, limit: number, periodMs: number): Allowance {
    const at = this.now();
    const known = this.buckets.get(caller) ?? { tokens: limit, at };
    const perMs = limit / periodMs;
    // A clock that is set back takes nothing away.
    const inHand = Math.min(limit, known.tokens + Math.max(0, at - known.at) * perMs);
    const granted = inHand >= 1;
    const tokens = granted ? inHand - 1 : inHand;
    this.buckets.set(caller, { tokens, at });
    return {
      granted,
      remaining: Math.floor(tokens),
      fullAfterMs: (limit - tokens) / perMs,
      nextAfterMs: Math.max(0, (1 - tokens) / perMs),
    };
  }

  /** One that was granted is not to count after all. */
  giveBack(caller: string, limit: number): void {
    const known = this.buckets.get(caller);
    if (known) this.buckets.set(caller, { ...known, tokens: Math.min(limit, known.tokens + 1) });
  }
}
