import { Memory } from '../memory';
import { ChromaCollections } from './chroma-collections';
import { RecordReader } from './record-reader';
import { Tenant } from './tenant/tenant';
import { memoryOfEntry, TenantEntry } from './tenant/tenant-entry';
import { collectionOf, Tenants } from './tenant/tenants';

/** Makes whole memories of the entries of an index. */
export class MemoryFetcher {
  constructor(
    private readonly collections: ChromaCollections,
    private readonly reader: RecordReader,
    private readonly tenants: Tenants,
  ) {}

  /**
   * The memories of entries: those whose text the index keeps as they were when the entries were looked up, the others as
   * their records are now, text and fields of the same moment. Of these, one that was deleted since is left out.
   */
  async memoriesOf(
    tenant: Tenant,
    userId: number,
    entries: readonly TenantEntry[],
  ): Promise<Map<TenantEntry, Memory>> {
    const memories = new Map<TenantEntry, Memory>();
    const unknown: TenantEntry[] = [];
    for (const entry of entries) {
      const memory = memoryOfEntry(entry);
      if (memory) memories.set(entry, memory);
      else unknown.push(entry);
    }
    if (unknown.length > 0) await this.fetch(tenant, userId, unknown, memories);
    return memories;
  }

  private async fetch(
    tenant: Tenant,
    userId: number,
    entries: readonly TenantEntry[],
    memories: Map<TenantEntry, Memory>,
  ): Promise<void> {
    const { collection } = tenant;
    if (collection === undefined) return;
    const ids = entries.map(({ recordId }) => recordId);
    const records = await this.collections.get(collection, ids, { documents: true });
    const byRecordId = new Map(records.map((record) => [record.id, record]));
    if (records.length < entries.length) this.tenants.doubt(userId, tenant);
    for (const entry of entries) {
      const record = byRecordId.get(entry.recordId);
      if (record) memories.set(entry, await this.reader.memory(record, collectionOf(userId), userId));
    }
  }
}
