import { BackendUnavailableError } from '../memory.errors';
import { ChromaCollections } from './chroma-collections';
import { ReadOptions, ReadRecord } from './chroma-record';
import { isChunk } from './memory-record';
import { RecordReader } from './record-reader';
import { directionsOf, recordIdsOf, TenantEntry } from './tenant-entry';
import { TenantIndex } from './tenant-index';

/** Parsing a page with its vectors blocks the event loop about 10 ms; larger ones are hardly faster (measured). */
const PAGE_RECORDS = 128;

export interface LoadedTenant {
  readonly index: TenantIndex;
  /** In the collection, whatever they are. */
  readonly records: number;
  /** Ids of records of further chunks that belong to no memory as it is now. */
  readonly leftovers: readonly string[];
}

export interface TenantLoaderOptions {
  /** The most records whose vectors are kept in memory; with more, none are. */
  readonly mostVectors: number;
  /** Whether there can be records that are not ours. */
  readonly shared: boolean;
}

/** Makes the index of a user out of what is stored. */
export class TenantLoader {
  private stopped = false;

  constructor(
    private readonly collections: ChromaCollections,
    private readonly reader: RecordReader,
    private readonly options: TenantLoaderOptions,
  ) {}

  /** Nothing may be written to the collection meanwhile. */
  async load(collection: string, name: string, userId: number): Promise<LoadedTenant> {
    const { mostVectors, shared } = this.options;
    const vectors = (await this.collections.count(collection)) <= mostVectors;
    const assembly = new TenantAssembly();
    for await (const page of pagesOf(this.collections, collection, { vectors, documents: shared })) {
      if (this.stopped) throw new BackendUnavailableError('The service is ending.');
      for (const record of page) {
        if (isChunk(record)) assembly.addChunk(record);
        else assembly.add(await this.reader.entry(record, name, userId), record.vector);
      }
    }
    return assembly.result(vectors);
  }

  /** What is being loaded is given up: the end of the service waits for nothing that nobody waits for. */
  stop(): void {
    this.stopped = true;
  }
}

/** Puts memories of several chunks together: their records come in any order. */
class TenantAssembly {
  private readonly complete: TenantEntry[] = [];
  private readonly incomplete: TenantEntry[] = [];
  /** Vectors of the records of memories of several chunks. */
  private readonly parts = new Map<string, Float32Array | undefined>();
  private records = 0;

  addChunk({ id, vector }: ReadRecord): void {
    this.records++;
    this.parts.set(id, vector);
  }

  add(entry: TenantEntry, vector: Float32Array | undefined): void {
    this.records++;
    if (entry.chunks === 1) {
      this.complete.push(withDirections(entry, [vector]));
      return;
    }
    this.parts.set(entry.recordId, vector);
    this.incomplete.push(entry);
  }

  result(hasVectors: boolean): LoadedTenant {
    for (const entry of this.incomplete) {
      const ids = recordIdsOf(entry);
      const vectors = ids.map((id) => this.parts.get(id));
      this.complete.push(withDirections(entry, vectors));
      for (const id of ids) this.parts.delete(id);
    }
    const index = new TenantIndex(this.complete, hasVectors);
    return { index, records: this.records, leftovers: [...this.parts.keys()] };
  }
}

/** Every page, the next one on its way while one is looked at. */
async function* pagesOf(
  collections: ChromaCollections,
  collection: string,
  options: ReadOptions,
): AsyncGenerator<ReadRecord[]> {
  const page = (number: number): Promise<ReadRecord[]> =>
    collections.page(collection, number * PAGE_RECORDS, PAGE_RECORDS, options);
  let next = page(0);
  for (let number = 1; ; number++) {
    const records = await next;
    if (records.length < PAGE_RECORDS) {
      yield records;
      return;
    }
    next = page(number);
    // Should the reader stop before it is asked for, its failure is nobody's.
    next.catch(() => undefined);
    yield records;
  }
}

function withDirections(entry: TenantEntry, vectors: readonly (Float32Array | undefined)[]): TenantEntry {
  const present = vectors.filter((vector) => vector !== undefined);
  return present.length === 0 ? entry : { ...entry, directions: directionsOf(present) };
}
