import { LRUCache } from 'lru-cache';
import type { AccessKey } from './account';

/** Within it, what is revoked is refused by every instance. */
export const REVOKED_EVERYWHERE_MS = 5_000;

/**
 * How long a key is taken for what it was when it was read: what is revoked is refused everywhere in time, with two
 * seconds to spare for a store that answers slowly.
 */
export const REMEMBERED_MS = 3_000;

/** Of some 500 bytes each. */
const MOST_REMEMBERED = 10_000;

interface Reading {
  readonly key: Promise<AccessKey | undefined>;
  /** Of when it was asked for, not of when it came: it may have been revoked in between. */
  readonly askedAt: number;
}

/** Keys as they were moments ago. Those that are not there are looked for each time, so that a new one works at once. */
export class KeyCache {
  private readonly readings = new LRUCache<string, Reading>({ max: MOST_REMEMBERED });

  /** @param now in milliseconds; must not go backwards. */
  constructor(
    private readonly find: (prefix: string) => Promise<AccessKey | undefined>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether `get` reads at most once in a while, however often it is asked: there is such a key, or it is being read. */
  knows(prefix: string): boolean {
    return this.readings.has(prefix);
  }

  /** Requests that come together share one reading. */
  get(prefix: string): Promise<AccessKey | undefined> {
    const known = this.readings.get(prefix);
    if (known && this.now() - known.askedAt < REMEMBERED_MS) return known.key;
    const reading: Reading = { key: this.find(prefix), askedAt: this.now() };
    this.readings.set(prefix, reading);
    void reading.key.then(
      (key) => key ?? this.forget(prefix, reading),
      () => this.forget(prefix, reading),
    );
    return reading.key;
  }

  private forget(prefix: string, reading: Reading): void {
    if (this.readings.peek(prefix) === reading) this.readings.delete(prefix);
  }
}
