import { importedMemory, ImportedMemory } from '../../src/memory/imported-memory';
import type { JsonObject } from '../../src/memory/memory';
import type {
  MigrationSource,
  SourceCollection,
  SourceContext,
  SourceRecord,
} from '../../src/migrate/migration-source';

export interface GivenRecord {
  readonly id: string;
  readonly text: string;
  readonly metadata?: JsonObject;
  readonly vectors: readonly Float32Array[];
  /** What an import does not find in a record of the original: how memories of this service differ. */
  readonly fields?: Partial<ImportedMemory>;
}

export interface GivenCollection {
  readonly name?: string;
  readonly userId?: number;
  readonly records: readonly GivenRecord[];
}

/** A source that has exactly what a test gives it. Its records are read in their order, from any of them on. */
export class GivenSource implements MigrationSource {
  readonly identity = 'given';
  readonly description = 'what the test gives';
  readonly leftOut = [];
  readonly remarks = [];
  readonly collections: readonly SourceCollection[];
  private readonly given: ReadonlyMap<string, GivenCollection>;

  constructor(collections: readonly GivenCollection[]) {
    this.collections = collections.map(({ name = 'wisdom_sessions', userId = 1, records }) => ({
      key: `${name} of ${userId}`,
      name,
      userId,
      records: records.length,
      projects: [],
    }));
    this.given = new Map(this.collections.map(({ key }, i) => [key, collections[i]!]));
  }

  async *records(
    { key, name, userId }: SourceCollection,
    { importedAt }: SourceContext,
    after = '-1',
  ): AsyncGenerator<SourceRecord, void, undefined> {
    for (const [i, record] of this.given.get(key)!.records.entries()) {
      if (i <= Number(after)) continue;
      const { id, text, metadata = {}, vectors, fields } = record;
      const source = { collection: name, id, document: text, metadata };
      yield {
        id,
        records: 1,
        position: String(i),
        model: 'own',
        memory: { ...importedMemory(source, { userId, importedAt }), ...fields },
        changedAt: null,
        vectors,
        original: () => ({ document: text, metadata }),
      };
    }
  }

  async close(): Promise<void> {}
}
