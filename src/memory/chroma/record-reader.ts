import { importedMemory } from '../imported-memory';
import { Memory } from '../memory';
import { ChromaRegistry } from './chroma-registry';
import { ReadRecord } from './chroma-record';
import { entryOf, memoryOf } from './memory-record';
import { TenantEntry } from './tenant/tenant-entry';

/**
 * Reads records as the memories that they are: ours, or, in a collection that the original wrote or writes, what an
 * import would make of them. Theirs need their documents.
 */
export class RecordReader {
  constructor(
    private readonly registry: ChromaRegistry,
    /** Stands in for the times that records of the original do not have. */
    private readonly since: Date,
  ) {}

  async entry(record: ReadRecord, collection: string, userId: number): Promise<TenantEntry> {
    const ours = entryOf(record, userId);
    if (ours) return ours;
    const { content, ...header } = await this.imported(record, collection, userId);
    const { length: characters } = content;
    return { header, content, recordId: record.id, version: 0, chunks: 1, characters, pending: false };
  }

  async memory(record: ReadRecord, collection: string, userId: number): Promise<Memory> {
    return memoryOf(record, userId) ?? (await this.imported(record, collection, userId));
  }

  private async imported(record: ReadRecord, collection: string, userId: number): Promise<Memory> {
    const memory = importedMemory({ ...record, collection }, { userId, importedAt: this.since });
    const name = memory.project;
    const project =
      name === null
        ? undefined
        : ((await this.registry.findProject(userId, { name })) ??
          (await this.registry.ensureProject(userId, name)));
    return { ...memory, projectId: project?.id ?? null };
  }
}
