import { ChromaCollection, ChromaDirectory } from '../../../chroma-directory/chroma-directory';
import { userOfCollection } from '../../imported-memory';

/** A collection of the original that holds memories of the service. */
export interface MemoryCollection {
  readonly collection: ChromaCollection;
  readonly userId: number;
}

/** What is copied of a directory, and the names of what is not. */
export function memoryCollectionsOf({ collections }: Pick<ChromaDirectory, 'collections'>): {
  readonly memories: MemoryCollection[];
  readonly leftOut: string[];
} {
  const memories: MemoryCollection[] = [];
  const leftOut: string[] = [];
  // The original knew only the default place; what has the same name elsewhere is somebody else's.
  for (const collection of collections) {
    const userId = isInDefaultPlace(collection) ? userOfCollection(collection.name) : undefined;
    if (userId === undefined) leftOut.push(nameOf(collection));
    else memories.push({ collection, userId });
  }
  return { memories, leftOut };
}

function isInDefaultPlace({ tenant, database }: ChromaCollection): boolean {
  return tenant === 'default_tenant' && database === 'default_database';
}

function nameOf(collection: ChromaCollection): string {
  const { name, tenant, database } = collection;
  return isInDefaultPlace(collection) ? name : `${name} (database ${database} of tenant ${tenant})`;
}
