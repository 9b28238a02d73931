import { isLive, MemoryVersion } from '../stored-memory';
import { ChromaCollections } from './chroma-collections';
import { ReadRecord } from './chroma-record';
import { ChromaRegistry } from './chroma-registry';
import { entryOf, PENDING_FIELD } from './memory-record';
import { collectionOf } from './tenant/tenants';

/** Those of a user's memories that another store has, in this version or a later one: their ids. */
export type Arrived = (userId: number, memories: readonly MemoryVersion[]) => Promise<ReadonlySet<string>>;

/** Live memories that wait, by user; users without any are left out. */
export type PendingCounts = ReadonlyMap<number, number>;

export function totalOf(counts: PendingCounts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** In one call: well below what ChromaDB writes at once. */
const PAGE_RECORDS = 1_000;

/** The records that are marked as waiting to be brought to PostgreSQL, whoever's they are. */
export class PendingRecords {
  constructor(
    private readonly collections: ChromaCollections,
    private readonly registry: ChromaRegistry,
  ) {}

  /**
   * Removes the marks of those that have arrived.
   *
   * @returns how many still wait.
   */
  async settle(arrived: Arrived, now: Date): Promise<PendingCounts> {
    const waiting = new Map<number, number>();
    // The default user's collection may be the original's, who noted nobody.
    for (const userId of new Set([1, ...(await this.registry.listUsers())])) {
      const count = await this.settleUser(userId, arrived, now);
      if (count > 0) waiting.set(userId, count);
    }
    return waiting;
  }

  private async settleUser(userId: number, arrived: Arrived, now: Date): Promise<number> {
    const collection = await this.collections.findCollection(collectionOf(userId));
    if (collection === undefined) return 0;
    let waiting = 0;
    const done: string[] = [];
    // Marks are removed afterwards: removed on the way, they would move the pages.
    for await (const page of this.pages(collection)) {
      const entries = page.flatMap((record) => entryOf(record, userId) ?? []);
      if (entries.length === 0) continue;
      const there = await arrived(
        userId,
        entries.map(({ header }) => header),
      );
      const isThere = ({ header }: (typeof entries)[number]) => there.has(header.id);
      done.push(...entries.filter(isThere).map(({ recordId }) => recordId));
      waiting += entries.filter((entry) => !isThere(entry) && isLive(entry.header, now)).length;
    }
    for (let i = 0; i < done.length; i += PAGE_RECORDS)
      await this.collections.updateMetadata(collection, done.slice(i, i + PAGE_RECORDS), {
        [PENDING_FIELD]: null,
      });
    return waiting;
  }

  private async *pages(collection: string): AsyncGenerator<ReadRecord[]> {
    for (let offset = 0; ; offset += PAGE_RECORDS) {
      const page = await this.collections.pageWhere(
        collection,
        { [PENDING_FIELD]: true },
        offset,
        PAGE_RECORDS,
      );
      yield page;
      if (page.length < PAGE_RECORDS) return;
    }
  }
}
