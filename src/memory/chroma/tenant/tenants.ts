import { LRUCache } from 'lru-cache';
import { Clock } from '../../memory-backend';
import { ChromaCollections } from '../chroma-collections';
import { ChromaRegistry } from '../chroma-registry';
import { KeyedMutex } from '../keyed-mutex';
import { BackendUnavailableError } from '../../memory.errors';
import { Tenant } from './tenant';
import { TenantLoader, TenantLoaderOptions } from './tenant-loader';

export interface TenantsOptions extends TenantLoaderOptions {
  /** For all indexes together. The one in use is kept even if it is larger alone. */
  readonly mostBytes: number;
}

/** How often a collection that others may write to is counted. */
const RECOUNT_INTERVAL_MS = 1_000;

/** The users in use: loads each when it is first wanted, and lets the longest unused go when they take too much. */
export class Tenants {
  private readonly mutex = new KeyedMutex<number>();
  private readonly loaded: LRUCache<number, Tenant>;
  private readonly countedAt = new WeakMap<Tenant, number>();
  private readonly reads = new Set<Promise<unknown>>();

  constructor(
    private readonly collections: ChromaCollections,
    private readonly registry: ChromaRegistry,
    private readonly loader: TenantLoader,
    private readonly clock: Clock,
    private readonly options: TenantsOptions,
  ) {
    this.loaded = new LRUCache({
      maxSize: options.mostBytes,
      sizeCalculation: ({ index }) => Math.min(Math.max(index.bytes, 1), options.mostBytes),
    });
  }

  /** Works on a user as it is now. What is written meanwhile may or may not be seen. */
  async read<T>(userId: number, work: (tenant: Tenant) => Promise<T>): Promise<T> {
    const reading = this.current(userId).then((tenant) => this.attempt(userId, tenant, work));
    this.reads.add(reading);
    try {
      return await reading;
    } finally {
      this.reads.delete(reading);
    }
  }

  /** The same with nobody else writing to that user meanwhile. */
  write<T>(userId: number, work: (tenant: Tenant) => Promise<T>): Promise<T> {
    return this.mutex.run(userId, async () => {
      const known = this.loaded.get(userId);
      const tenant = known && (await this.isCurrent(known)) ? known : await this.load(userId);
      const result = await this.attempt(userId, tenant, work);
      // Its size has changed.
      if (this.loaded.peek(userId) === tenant) this.loaded.set(userId, tenant);
      if (tenant.needsSweeping(this.clock.now())) this.sweepLater(userId);
      return result;
    });
  }

  /** Removes a user: first what is theirs, then the note that they exist, so that what was broken off can be repeated. */
  remove(userId: number): Promise<void> {
    return this.mutex.run(userId, async () => {
      this.loaded.delete(userId);
      await this.collections.drop(collectionOf(userId));
      await this.registry.removeUser(userId);
    });
  }

  /** Something that the index has was not in the store. If others write there, that is why, and it is loaded anew. */
  doubt(userId: number, tenant: Tenant): void {
    if (this.options.shared && this.loaded.peek(userId) === tenant) this.loaded.delete(userId);
  }

  /** Removes from the store what has expired or was left over, of the users in use. */
  async sweep(): Promise<void> {
    for (const [userId, tenant] of [...this.loaded.entries()]) {
      if (tenant.needsSweeping(this.clock.now())) await this.sweepUser(userId);
    }
  }

  /** Lets what is under way come to its end. */
  async close(): Promise<void> {
    this.loader.stop();
    await Promise.allSettled([this.mutex.idle(), ...this.reads]);
  }

  private async current(userId: number): Promise<Tenant> {
    const tenant = this.loaded.get(userId);
    if (tenant && (await this.isCurrent(tenant))) return tenant;
    return this.mutex.run(userId, async () => {
      const other = this.loaded.get(userId);
      // A write of ours may have been counted before the index followed it.
      if (other && (other !== tenant || (await this.isCurrent(other)))) return other;
      const loaded = await this.load(userId);
      if (loaded.needsSweeping(this.clock.now())) this.sweepLater(userId);
      return loaded;
    });
  }

  private async load(userId: number): Promise<Tenant> {
    const { mostVectors } = this.options;
    const name = collectionOf(userId);
    const collection = await this.collections.findCollection(name);
    const loaded =
      collection === undefined ? this.loader.nothing() : await this.loader.load(collection, name, userId);
    const place = { userId, collection, mostVectors, create: () => this.create(userId) };
    const tenant = new Tenant(this.collections, place, loaded);
    this.countedAt.set(tenant, performance.now());
    this.loaded.set(userId, tenant);
    return tenant;
  }

  private async create(userId: number): Promise<string> {
    await this.registry.registerUser(userId);
    return this.collections.ensureCollection(collectionOf(userId));
  }

  /** Whether a collection still has as many records as the index knows, if others may write to it. */
  private async isCurrent(tenant: Tenant): Promise<boolean> {
    if (!this.options.shared) return true;
    const now = performance.now();
    if (now - (this.countedAt.get(tenant) ?? -Infinity) < RECOUNT_INTERVAL_MS) return true;
    const { collection, records } = tenant;
    if (collection === undefined) return false;
    if ((await this.collections.count(collection)) !== records) return false;
    this.countedAt.set(tenant, now);
    return true;
  }

  /** A tenant that the server failed is loaded anew when it is next wanted: its index may be behind, or ahead. */
  private async attempt<T>(userId: number, tenant: Tenant, work: (tenant: Tenant) => Promise<T>): Promise<T> {
    try {
      return await work(tenant);
    } catch (error) {
      if (error instanceof BackendUnavailableError && this.loaded.peek(userId) === tenant)
        this.loaded.delete(userId);
      throw error;
    }
  }

  private sweepLater(userId: number): void {
    // Should it fail, the next load finds the same things to do.
    void this.sweepUser(userId).catch(() => undefined);
  }

  private sweepUser(userId: number): Promise<void> {
    return this.mutex.run(userId, async () => {
      const tenant = this.loaded.peek(userId);
      if (tenant && (await this.attempt(userId, tenant, () => tenant.sweep(this.clock.now()))))
        this.doubt(userId, tenant);
    });
  }
}

/** The default user has the collection of the original, which knew no others. */
export function collectionOf(userId: number): string {
  return userId === 1 ? 'wisdom_sessions' : `wisdom_sessions_u${userId}`;
}
