import { ChromaNotFoundError, Collection, Where } from 'chromadb';
import { ChromaConnection } from './chroma-connection';
import { RefusedRequestError } from './chroma-failure';
import { postJson } from './post-json';
import { ReadOptions, ReadRecord, RevisedRecord, WrittenMetadata, WrittenRecord } from './chroma-record';

/** Of `upsert` and `get` by ids, where the server does not say: what SQLite's limit of variables comes to. */
const DEFAULT_BATCH_SIZE = 5_461;

const LISTED_AT_ONCE = 100;

/**
 * What is wanted of ChromaDB, in the types of this folder. Collections are named by their ids here.
 *
 * Every call rejects with `BackendUnavailableError` when it fails. After a write that did, it is not known whether it was
 * done.
 */
export class ChromaCollections {
  constructor(private readonly connection: ChromaConnection) {}

  async ping(): Promise<void> {
    await this.connection.call((client) => client.heartbeat());
  }

  /** The most records that one `upsert` writes. */
  maxBatchSize(): Promise<number> {
    return this.connection.call(async (client) => {
      const size = await client.getMaxBatchSize();
      return size > 0 ? size : DEFAULT_BATCH_SIZE;
    });
  }

  /** Every collection of the endpoint's database. */
  async list(): Promise<{ readonly id: string; readonly name: string }[]> {
    const found: { id: string; name: string }[] = [];
    for (;;) {
      const page = await this.connection.call((client) =>
        client.listCollections({ limit: LISTED_AT_ONCE, offset: found.length }),
      );
      found.push(...page.map(({ id, name }) => ({ id, name })));
      if (page.length < LISTED_AT_ONCE) return found;
    }
  }

  /** The id of a collection, or undefined where there is none of that name. */
  findCollection(name: string): Promise<string | undefined> {
    return this.connection.call(async (client) => {
      try {
        return (await client.getCollection({ name, embeddingFunction: NO_EMBEDDING })).id;
      } catch (error) {
        if (error instanceof ChromaNotFoundError) return undefined;
        throw error;
      }
    });
  }

  /** The id of a collection, which is made if there is none of that name (3 characters at least). */
  async ensureCollection(name: string): Promise<string> {
    const { endpoint } = this.connection;
    await endpoint.prepareWrite({ records: 0, bytes: 1 });
    return this.connection.call(async (client) => {
      const { recordsPerSync: sync_threshold } = endpoint;
      const configuration = { hnsw: { space: 'cosine' as const, ...(sync_threshold && { sync_threshold }) } };
      const options = { name, configuration, embeddingFunction: NO_EMBEDDING };
      return (await client.getOrCreateCollection(options)).id;
    });
  }

  /** Removes a collection with everything in it, if there is one of that name. */
  async drop(name: string): Promise<void> {
    await this.connection.endpoint.prepareWrite({ records: 0, bytes: 0 });
    await this.connection.call(async (client) => {
      try {
        await client.deleteCollection({ name });
      } catch (error) {
        if (!(error instanceof ChromaNotFoundError)) throw error;
      }
    });
    await this.connection.endpoint.forgetRemoved();
  }

  count(collection: string): Promise<number> {
    return this.inside(collection, (records) => records.count());
  }

  /** A page of all records, in the server's order. */
  page(collection: string, offset: number, limit: number, options: ReadOptions): Promise<ReadRecord[]> {
    return this.inside(collection, (records) => read(records, { offset, limit }, options));
  }

  /** Those of the records that exist, in no order. */
  async get(collection: string, ids: readonly string[], options: ReadOptions): Promise<ReadRecord[]> {
    if (ids.length === 0) return [];
    return this.inside(collection, (records) => read(records, { ids: [...ids] }, options));
  }

  /** Every record with that metadata, documents too. For collections that are small. */
  where(collection: string, where: Where): Promise<ReadRecord[]> {
    return this.inside(collection, (records) => read(records, { where }, { documents: true }));
  }

  /** A page of the records with that metadata, in the server's order. */
  pageWhere(collection: string, where: Where, offset: number, limit: number): Promise<ReadRecord[]> {
    return this.inside(collection, (records) => read(records, { where, offset, limit }, {}));
  }

  /** Ids of the records nearest to a vector, nearest first, as the server's index finds them. */
  nearest(collection: string, vector: Float32Array, limit: number): Promise<string[]> {
    return this.inside(collection, async (records) => {
      const { ids } = await records.query({
        queryEmbeddings: [Array.from(vector)],
        nResults: limit,
        include: [],
      });
      return ids[0] ?? [];
    });
  }

  /** Writes all of the records, or none. */
  async upsert(collection: string, records: readonly WrittenRecord[]): Promise<void> {
    const base64 = await this.connection.call((client) => client.supportsBase64Encoding());
    const embeddings = records.map(({ vector }) => (base64 ? inBase64(vector) : Array.from(vector)));
    await this.write(collection, 'upsert', records, { embeddings });
  }

  /** Writes documents and metadata of one record; it keeps its vector. One that does not exist stays so. */
  async update(collection: string, record: RevisedRecord): Promise<void> {
    await this.write(collection, 'update', [record], {});
  }

  /** Changes the metadata of records and nothing else. Those that do not exist stay so. */
  async updateMetadata(collection: string, ids: readonly string[], metadata: WrittenMetadata): Promise<void> {
    await this.send(collection, 'update', { ids, metadatas: ids.map(() => metadata) });
  }

  /** Removes all of the records, or none; those that do not exist do not matter. */
  async delete(collection: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.connection.endpoint.prepareWrite({ records: ids.length, bytes: 0 });
    await this.inside(collection, (records) => records.delete({ ids: [...ids] }));
  }

  /**
   * The two calls that the client library cannot make: both merge metadata, only a `null` on the wire removes a key,
   * and the library sends none.
   */
  private async write(
    collection: string,
    verb: 'upsert' | 'update',
    records: readonly RevisedRecord[],
    vectors: { readonly embeddings?: readonly (string | number[])[] },
  ): Promise<void> {
    await this.send(collection, verb, {
      ids: records.map(({ id }) => id),
      documents: records.map(({ document }) => document),
      metadatas: records.map(({ metadata }) => metadata),
      ...vectors,
    });
  }

  private async send(collection: string, verb: 'upsert' | 'update', content: Content): Promise<void> {
    const { tenant, database, headers } = this.connection.endpoint;
    const path = `api/v2/tenants/${encodeURIComponent(tenant)}/databases/${encodeURIComponent(database)}`;
    const json = Buffer.from(JSON.stringify(content));
    await this.connection.endpoint.prepareWrite({ records: content.ids.length, bytes: json.length });
    await this.connection.call(async (_client, url) => {
      const address = `${url}/${path}/collections/${collection}/${verb}`;
      const { status, text } = await postJson(address, headers, json);
      if (status < 200 || status > 299) throw new RefusedRequestError(status, text);
    });
  }

  private inside<T>(collection: string, request: (records: Collection) => Promise<T>): Promise<T> {
    return this.connection.call((client) => request(client.collection(collection)));
  }
}

/** Of a call, as it goes over the wire. */
interface Content {
  readonly ids: readonly string[];
  readonly [field: string]: unknown;
}

/** Keeps the library from looking for the model that made a collection. Vectors are made elsewhere. */
const NO_EMBEDDING = {
  name: 'none',
  generate: (): Promise<number[][]> => Promise.reject(new TypeError('Vectors are made elsewhere.')),
};

async function read(
  records: Collection,
  which: Pick<Parameters<Collection['get']>[0] & object, 'ids' | 'where' | 'offset' | 'limit'>,
  { documents = false, vectors = false }: ReadOptions,
): Promise<ReadRecord[]> {
  const result = await records.get({
    ...which,
    include: [
      'metadatas',
      ...(documents ? ['documents' as const] : []),
      ...(vectors ? ['embeddings' as const] : []),
    ],
  });
  return result.ids.map((id, i) => ({
    id,
    document: documents ? (result.documents[i] ?? null) : null,
    metadata: result.metadatas[i] ?? {},
    vector: vectors ? Float32Array.from(result.embeddings[i] ?? []) : undefined,
  }));
}

/** Little-endian, as every processor that this runs on has it. */
function inBase64({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
