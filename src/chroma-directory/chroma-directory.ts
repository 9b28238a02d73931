import { NotAChromaDirectoryError } from './chroma-directory.errors';
import { ChromaGeneration, readGeneration } from './chroma-generation';
import { ChromaRecord } from './chroma-record';
import { CollectionSegments, readCatalog, Space } from './collection-catalog';
import { CollectionReading } from './collection-reading';
import { explanation, openSource, Tolerance } from './open-source';
import { SourceFiles } from './source-files';
import { SqliteSource } from './sqlite-source';
import { UnappliedRecords } from './unapplied-records';
import { findVectorPlaces } from './vector-places';

export interface ChromaCollection {
  readonly id: string;
  /** Unique within tenant and database. */
  readonly name: string;
  readonly tenant: string;
  readonly database: string;
  /** Null where nothing was ever stored. */
  readonly dimension: number | null;
  readonly space: Space;
  /** How many records `records` gives. */
  readonly count: number;
  /** Place of its last write among all writes to the directory, deletions too: grows with each. */
  readonly sequence: number;
}

/**
 * A directory of ChromaDB 0.4 to 1.5, read without ChromaDB and without ever changing a byte of it, its modification
 * times included.
 */
export interface ChromaDirectory {
  readonly path: string;
  readonly generation: ChromaGeneration;
  /** By name. */
  readonly collections: readonly ChromaCollection[];

  /**
   * Every record once, in the order they were first stored. Memory stays flat however many there are, and the event
   * loop gets its turn every few milliseconds.
   *
   * @param after the position of a record: only those behind it.
   * @throws DirectoryChangedError at the end, when someone wrote meanwhile (not with `allowLive`).
   * @throws DamagedDirectoryError where SQLite cannot go on.
   */
  records(collection: ChromaCollection, after?: number): AsyncGenerator<ChromaRecord, void, undefined>;

  /** The same with vectors of other records by their ids. To be closed. */
  read(collection: ChromaCollection): Promise<CollectionReading>;

  /** Lets go of every file. */
  close(): void;
}

export interface OpenOptions {
  /** Reads a directory although another process may be writing to it: as it is now, from a temporary copy of its SQLite file. */
  readonly allowLive?: boolean;
  /**
   * Reads what a killed process left unfinished, from such a copy too. For whoever knows that nobody is writing: a change
   * while it is read is an error all the same.
   */
  readonly allowLeftovers?: boolean;
}

/**
 * Opens a directory for reading. While it is open, other processes can read it but not write to it (they wait).
 *
 * @throws ChromaDirectoryError saying what is wrong and what to do.
 */
export function openChromaDirectory(path: string, options: OpenOptions = {}): ChromaDirectory {
  const { allowLive = false, allowLeftovers = false } = options;
  try {
    const tolerance = allowLive ? 'live' : allowLeftovers ? 'leftovers' : 'nothing';
    return new OpenDirectory(SourceFiles.find(path), tolerance);
  } catch (error) {
    throw explanation(path, error);
  }
}

class OpenDirectory implements ChromaDirectory {
  readonly path: string;
  readonly generation: ChromaGeneration;
  readonly collections: readonly ChromaCollection[];
  private readonly source: SqliteSource;
  private readonly segments: ReadonlyMap<string, CollectionSegments>;
  private tables = 0;

  constructor(
    private readonly files: SourceFiles,
    private readonly tolerance: Tolerance,
  ) {
    this.path = files.path;
    this.source = openSource(files, tolerance);
    try {
      if (!this.source.hasTable('collections'))
        throw new NotAChromaDirectoryError(files.path, 'its chroma.sqlite3 has no collections');
      this.generation = readGeneration(this.source);
      const catalog = readCatalog(this.source);
      this.segments = new Map(catalog.map((segments) => [segments.collection, segments]));
      this.collections = catalog.map((segments) => collectionOf(this.source, segments));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async *records(
    collection: ChromaCollection,
    after?: number,
  ): AsyncGenerator<ChromaRecord, void, undefined> {
    const reading = await this.read(collection);
    try {
      yield* reading.records(after);
    } finally {
      reading.close();
    }
  }

  async read(collection: ChromaCollection): Promise<CollectionReading> {
    const segments = this.segments.get(collection.id);
    if (segments === undefined) throw new TypeError(`${this.path} has no collection ${collection.id}`);
    const { files, source } = this;
    const mayChange = this.tolerance === 'live';
    const table = `temp.places_${++this.tables}`;
    const state = files.state();
    try {
      const places = await findVectorPlaces(source, this.path, segments, table);
      return new CollectionReading({ files, state, source, mayChange, collection, segments, places });
    } catch (error) {
      throw explanation(this.path, error);
    }
  }

  close(): void {
    this.source.close();
  }
}

function collectionOf(source: SqliteSource, segments: CollectionSegments): ChromaCollection {
  const { collection, name, tenant, database, dimension, space, metadataSegment } = segments;
  const [stored] = source.rows('SELECT count(*) FROM embeddings WHERE segment_id = ?', metadataSegment);
  const byId = source.prepare('SELECT 1 FROM embeddings WHERE segment_id = ? AND embedding_id = ?');
  const unapplied = new UnappliedRecords(source, segments);
  const difference = unapplied.countDifference((id) => byId.rows(metadataSegment, id).length > 0);
  return {
    id: collection,
    name,
    tenant,
    database,
    dimension,
    space,
    count: Number(stored?.[0]) + difference,
    sequence: Math.max(segments.metadataWatermark ?? 0, unapplied.lastSequence),
  };
}
