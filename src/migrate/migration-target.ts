import type { EmbeddingModel } from '../embedding/embedder';
import type { ImportedMemory } from '../memory/imported-memory';
import type { JsonObject } from '../memory/memory';
import type { CollectionProgress, MigrationRun, OnConflict, Renamed, RunState } from './migration-run';
import type { SourceCollection } from './migration-source';
import type { RollbackStore } from './rollback/rollback';
import type { VerificationTarget } from './verification/verification';

/** A memory that can be written. */
export interface ImportRecord {
  /** In its source. */
  readonly recordId: string;
  readonly memory: ImportedMemory;
  /** When it was last changed there; null where the source does not know. */
  readonly changedAt: Date | null;
  /** One per chunk, at least one where it is to be written, each of length 1. */
  readonly vectors: readonly Float32Array[];
}

/** What became of a batch. Each of its memories is counted under `inserted`, `overwritten` or `skipped`. */
export interface BatchOutcome {
  /** Also those that this run had inserted before it was broken off. */
  readonly inserted: number;
  readonly overwritten: number;
  readonly skipped: number;
  /** Of those skipped: changed in the source after they were in the target. */
  readonly newerInSource: number;
  readonly renamed: readonly Renamed[];
}

/** Users and projects that a run made, or would make. */
export interface Created {
  readonly users: readonly { readonly id: number; readonly name: string }[];
  readonly projects: readonly { readonly userId: number; readonly name: string }[];
}

/** Where the memories go: into the database, or, of a dry run, nowhere. */
export interface MigrationSink {
  /**
   * Makes the user and the projects that the source knows as such, and notes the collection's first checkpoint, in one
   * transaction. Called once for each collection of a run or of its resumption.
   *
   * @throws UserTakenError where the user exists under another name than the source has for it.
   */
  begin(collection: SourceCollection, progress: CollectionProgress): Promise<void>;

  /** Those of these records that `write` would write now: what is there already needs no vector. */
  wanted(collection: SourceCollection, records: readonly ImportRecord[]): Promise<readonly ImportRecord[]>;

  /**
   * Writes the memories that are not there yet, with their projects, and the checkpoint, in one transaction: both or
   * neither. A memory that this run has written already stays as it is now.
   *
   * @param checkpointOf what to note; pure.
   */
  write(
    collection: SourceCollection,
    records: readonly ImportRecord[],
    checkpointOf: (outcome: BatchOutcome) => CollectionProgress,
  ): Promise<CollectionProgress>;

  /** What was made so far, for these users. */
  created(userIds: readonly number[]): Promise<Created>;
}

export interface NewRun extends Pick<MigrationRun, 'kind' | 'source' | 'options'> {
  /** Where the file of the rejects of the run is to be. */
  readonly rejectsFile: (runId: string) => string;
}

/** PostgreSQL, as whoever migrates uses it: the owner's connection, alone. */
export interface MigrationTarget {
  /** For people, without the password. */
  readonly description: string;

  /**
   * Connects, brings the schema up to date, registers the model and locks out every other migration.
   *
   * @throws StartupError with what to do.
   */
  open(model: EmbeddingModel): Promise<void>;

  /**
   * Looks whether the users of these collections are who they are in the source, before anything is written.
   *
   * @throws UserTakenError with all who are not.
   */
  refuseTakenUsers(collections: readonly SourceCollection[]): Promise<void>;

  /** Notes a new run. */
  start(run: NewRun): Promise<MigrationRun>;

  /** The newest unfinished run of a source. */
  findUnfinished(kind: string, source: string): Promise<MigrationRun | undefined>;

  find(runId: string): Promise<MigrationRun | undefined>;

  /** Where the memories of a run go. */
  sink(run: MigrationRun): MigrationSink;

  /** What a run has written, as it can be read back. */
  verification(run: MigrationRun): VerificationTarget;

  /** What a run has written, to be taken back. */
  rollback(run: MigrationRun): RollbackStore;

  /** Notes a part of the report of a run, in the place of an earlier one of that name. */
  note(run: MigrationRun, part: string, value: JsonObject): Promise<void>;

  /** Notes what has become of a run. */
  setState(run: MigrationRun, state: RunState): Promise<void>;

  /** Lets the next searches find everything in the index: VACUUM and ANALYZE. */
  tidy(): Promise<void>;

  /** Safe to call twice, and before `open`. */
  close(): Promise<void>;
}

/** The same database as a dry run uses it: nothing is written, not even a schema. */
export interface PreviewTarget extends Pick<
  MigrationTarget,
  'description' | 'open' | 'refuseTakenUsers' | 'close'
> {
  /** @param userIds whose memories the collections hold, a user for each. */
  sink(onConflict: OnConflict, userIds: readonly number[]): MigrationSink;
}
