import { ChromaCollection, ChromaDirectory } from '../chroma-directory/chroma-directory';
import { userOfCollection } from '../memory/imported-memory';
import { Rejects, RejectTally } from '../memory/reject-tally';
import { rejectReason } from './migration-reject';

export interface CollectionInspection {
  readonly collection: ChromaCollection;
  /** Whose memories it holds; undefined where it is none of the service's collections. */
  readonly userId: number | undefined;
  readonly migrates: number;
  /** Records that a migration to PostgreSQL would not take, the most frequent reason first. */
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
  const tally = new RejectTally();
  let migrates = 0;
  for await (const record of directory.records(collection)) {
    onRecord();
    const { id, document, metadata, vector, problem } = record;
    const vectors = vector === null ? [] : [vector];
    const reason = rejectReason({ id, content: document, metadata, vectors, problem }, dimension);
    if (reason === undefined) migrates++;
    else tally.add(reason, id);
  }
  return { collection, userId: userOfCollection(collection.name), migrates, rejects: tally.rejects };
}
