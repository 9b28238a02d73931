import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/**
 * Of this process. Each connection keeps the plan of each, up to 0.4 MB: of 771 variants, since a search has one for
 * every combination of filters, one connection kept 328 MB.
 */
const MOST_KEPT = 64;

/** The first is kept from so many times on, the nth from n times as many: the rarer places get, the more it takes to get one. */
const KEPT_FROM = 3;

/** Texts whose number is remembered. */
const MOST_COUNTED = 1_000;

/** Which statements connections keep parsed and planned. Those that come too late are planned each time. */
export class KeptStatements {
  private readonly names = new Map<string, string>();
  private readonly asked = new LRUCache<string, number>({ max: MOST_COUNTED });

  /** The name under which this text is kept, which no other text has; undefined where it is not. */
  nameOf(text: string): string | undefined {
    return this.names.get(text) ?? this.nameIfAskedOften(text);
  }

  private nameIfAskedOften(text: string): string | undefined {
    if (this.names.size === MOST_KEPT) return undefined;
    const times = (this.asked.get(text) ?? 0) + 1;
    this.asked.set(text, times);
    if (times < KEPT_FROM * (this.names.size + 1)) return undefined;
    // Another process behind the same pooler gives other texts other names.
    const name = createHash('sha1').update(text).digest('base64url');
    this.names.set(text, name);
    return name;
  }
}
