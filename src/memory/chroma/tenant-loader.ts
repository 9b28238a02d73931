import { ChromaCollections } from './chroma-collections';
import { ReadRecord } from './chroma-record';
import { entryOf, isChunk } from './memory-record';
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

/**
 * Reads a user's collection. Nothing may be written to it meanwhile.
 *
 * @param mostVectors the most records whose vectors are kept in memory; with more, none are.
 */
export async function loadTenant(
  collections: ChromaCollections,
  collection: string,
  { userId, mostVectors }: { readonly userId: number; readonly mostVectors: number },
): Promise<LoadedTenant> {
  const hasVectors = (await collections.count(collection)) <= mostVectors;
  const entries: TenantEntry[] = [];
  const unfinished: TenantEntry[] = [];
  const chunks = new Map<string, Float32Array | undefined>();
  let records = 0;
  for await (const page of pagesOf(collections, collection, hasVectors)) {
    records += page.length;
    for (const record of page) {
      const entry = isChunk(record) ? undefined : entryOf(record, userId);
      if (isChunk(record) || (entry && entry.chunks > 1)) chunks.set(record.id, record.vector);
      if (entry) (entry.chunks > 1 ? unfinished : entries).push(withDirections(entry, [record.vector]));
    }
  }
  for (const entry of unfinished) {
    const ids = recordIdsOf(entry);
    entries.push(
      withDirections(
        entry,
        ids.map((id) => chunks.get(id)),
      ),
    );
    for (const id of ids) chunks.delete(id);
  }
  return { index: new TenantIndex(entries, hasVectors), records, leftovers: [...chunks.keys()] };
}

/** Every page, the next one on its way while one is looked at. */
async function* pagesOf(
  collections: ChromaCollections,
  collection: string,
  vectors: boolean,
): AsyncGenerator<ReadRecord[]> {
  const page = (number: number): Promise<ReadRecord[]> =>
    collections.page(collection, number * PAGE_RECORDS, PAGE_RECORDS, { vectors });
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
