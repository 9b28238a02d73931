import type { Limits } from '../../config/app-config';
import { ChromaCollections } from '../../memory/chroma/chroma-collections';
import { ChromaConnection } from '../../memory/chroma/chroma-connection';
import type { ReadRecord } from '../../memory/chroma/chroma-record';
import { RemoteChroma, RemoteChromaOptions } from '../../memory/chroma/remote-chroma';
import type { MigrationSource, SourceCollection, SourceContext, SourceRecord } from '../migration-source';
import { SourceChangedError } from '../migration.errors';
import { chooseCollections, CollectionChoice, isRegistry, NamedCollection } from './chosen-collections';
import { furtherIdsOf, isPart, sourceRecord, StoredRecord } from './chroma-source-record';
import { RegisteredProjects } from './registered-projects';

/** Records in one answer: parsing one with its vectors takes some 20 ms, larger ones are hardly faster. */
const PAGE_RECORDS = 250;

export interface ServerSourceOptions {
  readonly server: RemoteChromaOptions;
  /** Whether it does not matter that others write to it meanwhile. */
  readonly allowLive: boolean;
  readonly choice: CollectionChoice;
  readonly limits: Limits;
}

interface ServerCollection extends NamedCollection {
  readonly id: string;
  readonly records: number;
}

/** The collections of a running ChromaDB server. They are only read. */
export class ServerSource implements MigrationSource {
  readonly identity: string;
  readonly description: string;
  readonly collections: readonly SourceCollection[];
  readonly leftOut: readonly string[];
  readonly remarks = [];

  private constructor(
    private readonly server: ChromaCollections,
    private readonly options: ServerSourceOptions,
    found: readonly ServerCollection[],
    projects: RegisteredProjects,
  ) {
    const { chosen, leftOut } = chooseCollections(found, options.choice);
    this.identity = ServerSource.identityOf(options.server);
    this.description = `the ChromaDB server at ${new URL(options.server.url).origin}`;
    this.leftOut = leftOut;
    this.collections = chosen.map(({ collection, name, userId }) => ({
      key: collection.id,
      name,
      userId,
      records: collection.records,
      projects: projects.of(collection),
    }));
  }

  static identityOf({ url, tenant, database }: Omit<RemoteChromaOptions, 'apiKey'>): string {
    return `server ${new URL(url).origin} ${tenant}/${database}`;
  }

  /**
   * @throws StartupError or BackendUnavailableError where the server does not answer, UsageError where a collection that
   *   was named is not there.
   */
  static async open(options: ServerSourceOptions): Promise<ServerSource> {
    const endpoint = new RemoteChroma(options.server);
    await endpoint.start();
    const server = new ChromaCollections(new ChromaConnection(endpoint));
    const found: ServerCollection[] = [];
    for (const { id, name } of await server.list())
      // Whatever its tenant and database are called: they are the ones that were asked for.
      found.push({ id, name, records: await server.count(id), ...DEFAULT_PLACE });
    const registry = found.find(isRegistry);
    const projects = await RegisteredProjects.read(registry ? recordsOf(server, registry.id) : []);
    return new ServerSource(server, options, found, projects);
  }

  async *records(
    collection: SourceCollection,
    { importedAt }: SourceContext,
  ): AsyncGenerator<SourceRecord, void, undefined> {
    const context = { collection, importedAt, limits: this.options.limits };
    let read = 0;
    for await (const page of pagesOf(this.server, collection.key)) {
      read += page.length;
      const memories = page.filter((stored) => !isPart(stored));
      const vectors = await this.furtherVectors(collection, memories);
      for (const stored of memories) {
        const further = furtherIdsOf(stored, collection.userId).map((id) => vectors.get(id));
        // The order of a server is nobody's promise: there is no place to go on from.
        yield sourceRecord(stored, further, null, context);
      }
    }
    if (!this.options.allowLive && (await this.server.count(collection.key)) !== read)
      throw new SourceChangedError(collection.name);
  }

  async close(): Promise<void> {
    // Its requests were one by one: nothing is open.
  }

  private async furtherVectors(
    { key, userId }: SourceCollection,
    memories: readonly StoredRecord[],
  ): Promise<Map<string, Float32Array>> {
    const ids = memories.flatMap((stored) => furtherIdsOf(stored, userId));
    const vectors = new Map<string, Float32Array>();
    for (let start = 0; start < ids.length; start += PAGE_RECORDS) {
      const records = await this.server.get(key, ids.slice(start, start + PAGE_RECORDS), { vectors: true });
      for (const { id, vector } of records) if (vector) vectors.set(id, vector);
    }
    return vectors;
  }
}

const DEFAULT_PLACE = { tenant: 'default_tenant', database: 'default_database' };

async function* recordsOf(server: ChromaCollections, id: string): AsyncGenerator<StoredRecord> {
  for await (const page of pagesOf(server, id)) yield* page;
}

async function* pagesOf(server: ChromaCollections, id: string): AsyncGenerator<StoredRecord[]> {
  for (let offset = 0; ; offset += PAGE_RECORDS) {
    const page = await server.page(id, offset, PAGE_RECORDS, { documents: true, vectors: true });
    yield page.map(storedRecord);
    if (page.length < PAGE_RECORDS) return;
  }
}

function storedRecord({ id, document, metadata, vector }: ReadRecord): StoredRecord {
  return { id, document, metadata, vector: vector && vector.length > 0 ? vector : null, createdAt: null };
}
