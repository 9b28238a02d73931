import { BatchTooLargeError } from '../../memory.errors';
import { isLive } from '../../stored-memory';
import { ChromaCollections } from '../chroma-collections';
import { RevisedRecord, WrittenRecord } from '../chroma-record';
import { entryOf } from '../memory-record';
import { LoadedTenant } from './tenant-loader';
import { recordIdsOf, recordOfChunk, TenantEntry } from './tenant-entry';
import { IndexedMemory, TenantIndex } from './tenant-index';

/** Records that are read in one call: well below what ChromaDB takes. */
const READ_AT_ONCE = 1_000;

/** A memory to write: its records, and what the index will have of it. */
export interface TenantWrite<R extends RevisedRecord = WrittenRecord> extends IndexedMemory {
  readonly records: readonly R[];
  /** The memory that it takes the place of, in the same record. */
  readonly replaced?: TenantEntry;
}

/** The way to the place where a user's memories are. */
export interface TenantPlace {
  readonly userId: number;
  /** Undefined until something is written. */
  readonly collection?: string;
  /** Makes the collection, and notes that the user exists. */
  create(): Promise<string>;
  /** The most records that may have their vectors in memory. */
  readonly mostVectors: number;
}

/**
 * One user's collection and the index over it, which follows a write only after the server has acknowledged it. Writes
 * must not overlap; after one that rejects with anything but `BatchTooLargeError` the tenant must be loaded anew, since
 * nobody knows whether it was done.
 */
export class Tenant {
  collection: string | undefined;
  readonly index: TenantIndex;
  /** In the collection, whatever they are. */
  records: number;
  /** Ids of records of further chunks that belong to no memory as it is now. */
  private leftovers: readonly string[];

  constructor(
    private readonly collections: ChromaCollections,
    private readonly place: TenantPlace,
    loaded: LoadedTenant,
  ) {
    this.collection = place.collection;
    this.index = loaded.index;
    this.records = loaded.records;
    this.leftovers = loaded.leftovers;
  }

  /** Writes all of the memories, or none. */
  async write(writes: readonly TenantWrite[]): Promise<void> {
    const records = writes.flatMap((write) => write.records);
    const largest = await this.collections.maxBatchSize();
    if (records.length > largest) throw new BatchTooLargeError(records.length, largest);
    this.collection ??= await this.place.create();
    await this.collections.upsert(this.collection, records);
    const replaced = writes.flatMap((write) => write.replaced ?? []);
    this.records += records.length - replaced.length;
    this.leftovers = [...this.leftovers, ...replaced.flatMap((entry) => recordIdsOf(entry).slice(1))];
    this.index.add(writes);
    if (this.records > this.place.mostVectors) this.index.dropVectors();
  }

  /** Writes everything of a memory but its vectors. */
  async revise(write: TenantWrite<RevisedRecord>): Promise<void> {
    await this.collections.update(this.collection!, write.records[0]!);
    this.index.add([write]);
  }

  /** Removes all of the memories, or none. */
  async remove(entries: readonly TenantEntry[]): Promise<void> {
    await this.delete(entries.flatMap(recordIdsOf));
    this.index.remove(entries);
  }

  /** Whether there is something that `sweep` would remove. */
  needsSweeping(now: Date): boolean {
    return this.leftovers.length > 0 || this.index.expired(now).length > 0;
  }

  /**
   * Removes what no answer has any more: expired memories and left over chunks. What is stored decides, not what was
   * read once: others may have prolonged a memory, or given it the chunks that belonged to none.
   *
   * @returns whether something stays because of that. The index is behind the store then.
   */
  async sweep(now: Date): Promise<boolean> {
    const expired = this.index.expired(now);
    const owners = [...expired.map(({ recordId }) => recordId), ...this.leftovers.map(recordOfChunk)];
    const stored = await this.storedNow([...new Set(owners)]);
    const gone = expired.filter(({ recordId }) => {
      const entry = stored.get(recordId);
      return !entry || !isLive(entry.header, now);
    });
    const inUse = new Set([...stored.values()].flatMap(recordIdsOf));
    const leftOver = this.leftovers.filter((id) => !inUse.has(id));
    const isBehind = gone.length + leftOver.length < expired.length + this.leftovers.length;
    await this.delete([...gone.flatMap(recordIdsOf), ...leftOver]);
    this.leftovers = [];
    this.index.remove(gone);
    return isBehind;
  }

  /** Memories by the ids of their records. */
  private async storedNow(recordIds: readonly string[]): Promise<Map<string, TenantEntry>> {
    const entries = new Map<string, TenantEntry>();
    for (let i = 0; i < recordIds.length && this.collection !== undefined; i += READ_AT_ONCE) {
      const page = await this.collections.get(this.collection, recordIds.slice(i, i + READ_AT_ONCE), {});
      for (const record of page) {
        const entry = entryOf(record, this.place.userId);
        if (entry) entries.set(record.id, entry);
      }
    }
    return entries;
  }

  /** In one call, however many: tried with 12,000 and kill -9 in the middle, all were gone or none. */
  private async delete(ids: readonly string[]): Promise<void> {
    if (this.collection === undefined) return;
    await this.collections.delete(this.collection, ids);
    this.records -= ids.length;
  }
}
