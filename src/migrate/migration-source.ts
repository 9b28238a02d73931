import type { ImportedMemory } from '../memory/imported-memory';
import type { JsonObject, Project } from '../memory/memory';

/**
 * A place that memories are migrated from. It is only ever read.
 *
 * What cannot be reached or read any more rejects with an error that the command line explains: `ChromaDirectoryError`,
 * `BackendUnavailableError` or `StartupError`.
 */
export interface MigrationSource {
  /** The same whenever this source is opened, without secrets: by it `--resume` finds the run to go on with. */
  readonly identity: string;
  /** One line for people. */
  readonly description: string;
  /** In the order in which they are migrated: of two that give one user the same external id, the first keeps it. */
  readonly collections: readonly SourceCollection[];
  /** Names of collections that were not asked for. */
  readonly leftOut: readonly string[];
  /** What whoever migrates should know beforehand, a sentence or two each. */
  readonly remarks: readonly string[];

  /**
   * The memories of a collection, streamed: resident memory does not grow with their number.
   *
   * @param after `position` of a record that was read earlier: reading goes on behind it. Undefined: from the beginning.
   */
  records(
    collection: SourceCollection,
    context: SourceContext,
    after?: string,
  ): AsyncGenerator<SourceRecord, void, undefined>;

  close(): Promise<void>;
}

/** The memories of one user in a source: a collection of ChromaDB, or a user's rows in the original's PostgreSQL. */
export interface SourceCollection {
  /** Unique in its source and the same whenever that is opened: what is known of its progress is kept under it. */
  readonly key: string;
  /** Part of the ids of what was the original's, and of external ids that are taken already. */
  readonly name: string;
  readonly userId: number;
  /** Undefined: `user-<id>`. */
  readonly userName?: string;
  /** All records, those too that are parts of memories. */
  readonly records: number;
  /** Projects that the source knows as such; they keep their ids where these are free. */
  readonly projects: readonly Project[];
}

export interface SourceContext {
  /** Stands in where the source knows no time: when the run was started. */
  readonly importedAt: Date;
}

/** A memory as its source has it. */
export interface SourceRecord {
  /** In the source. */
  readonly id: string;
  /** How many of the collection's records it was made of: one, or as many as it has chunks. */
  readonly records: number;
  /** Where reading can go on behind it; null where only the beginning of the collection will do. */
  readonly position: string | null;
  /** Whose vectors these are: of the model of the original, or of the one that this service was configured with. */
  readonly model: 'original' | 'own';
  readonly memory: ImportedMemory;
  /** When it was last changed there; null where the source does not know. */
  readonly changedAt: Date | null;
  /** One per chunk, in order. None: the text has to be embedded, unless there is a `problem`. */
  readonly vectors: readonly Float32Array[];
  /** Why it is not a whole memory, if so: it is rejected for this reason. */
  readonly problem?: string;
  /** Everything that the source has of it, for the file of the rejects. Valid until the next record is asked for. */
  original(): JsonObject;
}
