import { ChromaCollection, ChromaDirectory } from '../chroma-directory/chroma-directory';
import { userOfCollection } from '../memory/imported-memory';
import { rejectReason } from './migration-reject';

/** Records that a migration to PostgreSQL would not take, all for the same reason. */
export interface Rejects {
  readonly reason: string;
  readonly count: number;
  /** The id of the first of them. */
  readonly example: string;
}

export interface CollectionInspection {
  readonly collection: ChromaCollection;
  /** Whose memories it holds; undefined where it is none of the service's collections. */
  readonly userId: number | undefined;
  readonly migrates: number;
  /** The most frequent first. */
  readonly rejects: readonly Rejects[];
}

/**
 * Reads every record of every collection and says what a migration would make of it.
 *
 * @param dimension of the vectors that the service's model makes.
 * @param onRecord called for each record read.
 */
export async function inspect(
  directory: ChromaDirectory,
  dimension: number,
  onRecord: () => void,
): Promise<CollectionInspection[]> {
  const inspections: CollectionInspection[] = [];
  for (const collection of directory.collections)
    inspections.push(await inspectCollection(directory, collection, dimension, onRecord));
  return inspections;
}

async function inspectCollection(
  directory: ChromaDirectory,
  collection: ChromaCollection,
  dimension: number,
  onRecord: () => void,
): Promise<CollectionInspection> {
  const rejects = new Map<string, Rejects>();
  let migrates = 0;
  for await (const record of directory.records(collection)) {
    onRecord();
    const reason = rejectReason(record, dimension);
    if (reason === undefined) migrates++;
    else {
      const { count = 0, example = record.id } = rejects.get(reason) ?? {};
      rejects.set(reason, { reason, count: count + 1, example });
    }
  }
  return {
    collection,
    userId: userOfCollection(collection.name),
    migrates,
    rejects: [...rejects.values()].sort((a, b) => b.count - a.count),
  };
}
