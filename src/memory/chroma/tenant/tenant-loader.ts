import { setImmediate as nextTurn } from 'node:timers/promises';
import { BackendUnavailableError } from '../../memory.errors';
import type { WordAnalysis } from '../../../words/word-analysis';
import { ChromaCollections } from '../chroma-collections';
import { ReadOptions, ReadRecord } from '../chroma-record';
import { isChunk } from '../memory-record';
import { RecordReader } from '../record-reader';
import { recordIdsOf, TenantEntry } from './tenant-entry';
import { IndexedMemory, TenantIndex } from './tenant-index';

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

interface AnalysedBy {
  readonly analysis: WordAnalysis;
}

/** Makes the index of a user out of what is stored. */
export class TenantLoader {
  private stopped = false;

  constructor(
    private readonly collections: ChromaCollections,
    private readonly reader: RecordReader,
    private readonly options: TenantLoaderOptions & AnalysedBy,
  ) {}

  /** Nothing may be written to the collection meanwhile. */
  async load(collection: string, name: string, userId: number): Promise<LoadedTenant> {
    const { mostVectors } = this.options;
    const vectors = (await this.collections.count(collection)) <= mostVectors;
    const assembly = new TenantAssembly(this.emptyIndex(vectors));
    for await (const page of pagesOf(this.collections, collection, { vectors, documents: true })) {
      if (this.stopped) throw new BackendUnavailableError('The service is ending.');
      for (const record of page) {
        if (isChunk(record)) assembly.addChunk(record);
        else assembly.add(await this.reader.entry(record, name, userId), record.vector);
      }
      assembly.enter();
    }
    return assembly.result();
  }

  /** What a user has before the first write. */
  nothing(): LoadedTenant {
    return { index: this.emptyIndex(true), records: 0, leftovers: [] };
  }

  private emptyIndex(vectors: boolean): TenantIndex {
    const { shared, analysis } = this.options;
    return new TenantIndex({ vectors, texts: !shared, analysis });
  }

  /** What is being loaded is given up: the end of the service waits for nothing that nobody waits for. */
  stop(): void {
    this.stopped = true;
  }
}

/** Puts memories of several chunks together: their records come in any order. */
class TenantAssembly {
  private complete: IndexedMemory[] = [];
  private readonly incomplete: TenantEntry[] = [];
  /** Vectors of the records of memories of several chunks. */
  private readonly parts = new Map<string, Float32Array | undefined>();
  private records = 0;

  constructor(private readonly index: TenantIndex) {}

  addChunk({ id, vector }: ReadRecord): void {
    this.records++;
    this.parts.set(id, vector);
  }

  add(entry: TenantEntry, vector: Float32Array | undefined): void {
    this.records++;
    if (entry.chunks === 1) {
      this.complete.push({ entry, vectors: present([vector]) });
      return;
    }
    this.parts.set(entry.recordId, vector);
    this.incomplete.push(entry);
  }

  /** Takes what is complete into the index: page by page, since sorting 50,000 at once blocks the event loop. */
  enter(): void {
    this.index.add(this.complete);
    this.complete = [];
  }

  async result(): Promise<LoadedTenant> {
    for (const entry of this.incomplete) {
      const ids = recordIdsOf(entry);
      this.complete.push({ entry, vectors: present(ids.map((id) => this.parts.get(id))) });
      for (const id of ids) this.parts.delete(id);
      if (this.complete.length < PAGE_RECORDS) continue;
      this.enter();
      await nextTurn();
    }
    this.enter();
    return { index: this.index, records: this.records, leftovers: [...this.parts.keys()] };
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

function present(vectors: readonly (Float32Array | undefined)[]): Float32Array[] {
  return vectors.filter((vector) => vector !== undefined);
}
