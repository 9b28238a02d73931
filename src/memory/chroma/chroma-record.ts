/** Metadata as it is written: `null` removes a key, what is not named stays. */
export type WrittenMetadata = Record<string, string | number | boolean | null>;

/** What `upsert` writes: a whole record. */
export interface WrittenRecord {
  readonly id: string;
  readonly document: string | null;
  readonly metadata: WrittenMetadata;
  readonly vector: Float32Array;
}

/** What `update` writes: everything but the vector. */
export type RevisedRecord = Omit<WrittenRecord, 'vector'>;

export interface ReadRecord {
  readonly id: string;
  readonly document: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Undefined where it was not asked for. */
  readonly vector?: Float32Array;
}

export interface ReadOptions {
  readonly documents?: boolean;
  readonly vectors?: boolean;
}
