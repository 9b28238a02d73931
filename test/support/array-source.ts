import { importedMemory } from '../../src/memory/imported-memory';
import { Memory, Project } from '../../src/memory/memory';
import {
  MigrationSource,
  SourceCollection,
  SourceContext,
  SourceRecord,
} from '../../src/migrate/migration-source';

/** A memory of a made-up source. Without an `own` id it is the original's. */
export interface ArrayRecord {
  readonly id: string;
  readonly text?: string;
  readonly vector?: readonly number[];
  readonly metadata?: Record<string, unknown>;
  /** What this service had stored. */
  readonly own?: Partial<Memory> & Pick<Memory, 'id'>;
  readonly problem?: string;
}

export interface ArrayCollection {
  readonly name: string;
  readonly userId?: number;
  readonly userName?: string;
  readonly projects?: readonly Project[];
  readonly records: readonly ArrayRecord[];
}

/** A source whose records are given, of vectors of three numbers. */
export class ArraySource implements MigrationSource {
  readonly identity = 'array';
  readonly description = 'an array';
  readonly leftOut = [];
  readonly remarks = [];
  readonly collections: readonly SourceCollection[];
  closed = 0;

  /** @param goesOn whether reading can go on in the middle. */
  constructor(
    private readonly given: readonly ArrayCollection[],
    private readonly goesOn = true,
  ) {
    this.collections = given.map(({ name, userId = 1, userName, projects = [], records }) => ({
      key: name,
      name,
      userId,
      userName,
      records: records.length,
      projects,
    }));
  }

  async *records(
    collection: SourceCollection,
    { importedAt }: SourceContext,
    after = '-1',
  ): AsyncGenerator<SourceRecord, void, undefined> {
    const { records } = this.given.find(({ name }) => name === collection.name)!;
    for (const [i, record] of records.entries()) {
      if (i <= Number(after)) continue;
      const { id, text = id, vector = [1, 0, 0], metadata = {}, own, problem } = record;
      const source = { id, collection: collection.name, document: text, metadata, createdAt: STORED_AT };
      const imported = importedMemory(source, { userId: collection.userId, importedAt });
      yield {
        id,
        records: 1,
        position: this.goesOn ? String(i) : null,
        model: own ? 'own' : 'original',
        memory: own ? { ...imported, contentIsPreview: false, ...own } : imported,
        changedAt: own ? (own.updatedAt ?? STORED_AT) : null,
        vectors: [Float32Array.from(vector)],
        problem,
        original: () => ({ document: text }),
      };
    }
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

export const STORED_AT = new Date('2025-01-02T03:04:05.000Z');
