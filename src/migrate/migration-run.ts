import type { JsonObject } from '../memory/memory';
import type { Rejects } from '../memory/reject-tally';

/** `running` is also what `kill -9` leaves behind. */
export type RunState = 'running' | 'interrupted' | 'finished' | 'rolling-back' | 'rolled-back';

export const ON_CONFLICT = ['skip', 'newer', 'overwrite'] as const;

/** What becomes of a memory that the target has already; `newer` overwrites it where it was changed later in the source. */
export type OnConflict = (typeof ON_CONFLICT)[number];

/** What holds for a run from its beginning, also where it is resumed. */
export interface RunOptions extends JsonObject {
  /** Memories in one transaction at most. */
  readonly batchSize: number;
  readonly onConflict: OnConflict;
  /** Ends at the first record that cannot be taken. */
  readonly strict: boolean;
  /** What was asked of the source, as the command read it. */
  readonly source: JsonObject;
}

export interface MigrationRun {
  /** UUID v7. */
  readonly id: string;
  /** The command, such as `migrate-chroma`. */
  readonly kind: string;
  /** `MigrationSource.identity`. */
  readonly source: string;
  readonly state: RunState;
  readonly options: RunOptions;
  /** Absolute path. */
  readonly rejectsFile: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  /** Of what was done with it since: `verification`, `rollback`. */
  readonly report: JsonObject;
  /** By ordinal. Empty until the first is begun. */
  readonly collections: readonly CollectionProgress[];
}

/** What became of the records of a collection so far: each memory is counted under exactly one of the rest. */
export interface RecordCounts {
  /** Records that were read, those too that are parts of memories. */
  readonly records: number;
  readonly memories: number;
  readonly inserted: number;
  readonly overwritten: number;
  /** The target had them already. */
  readonly skipped: number;
  readonly rejected: number;
  /** Their time was over before they could be migrated. */
  readonly expired: number;
  /** Of those skipped: changed in the source after they were in the target. */
  readonly newerInSource: number;
  /** Of those written: the source had no vector. */
  readonly embedded: number;
}

export const NO_RECORDS: RecordCounts = {
  records: 0,
  memories: 0,
  inserted: 0,
  overwritten: 0,
  skipped: 0,
  rejected: 0,
  expired: 0,
  newerInSource: 0,
  embedded: 0,
};

/** A memory whose external id another one had already. */
export interface Renamed {
  readonly recordId: string;
  /** Null where that was taken too. */
  readonly externalId: string | null;
}

/** How far a run is with a collection: the checkpoint, written in the transaction of the batch that it follows. */
export interface CollectionProgress {
  readonly key: string;
  readonly name: string;
  readonly userId: number;
  /** Of the source, when it was begun. */
  readonly total: number;
  readonly done: boolean;
  /** `SourceRecord.position` of the last record; null: to be read from the beginning, its counts starting at nothing. */
  readonly position: string | null;
  readonly counts: RecordCounts;
  readonly rejects: readonly Rejects[];
  readonly renamed: {
    readonly count: number;
    /** The first hundred. */
    readonly examples: readonly Renamed[];
  };
  /** Length of the file of the rejects with everything up to here. */
  readonly rejectsBytes: number;
}

export function isUnfinished({ state }: Pick<MigrationRun, 'state'>): boolean {
  return state === 'running' || state === 'interrupted';
}
