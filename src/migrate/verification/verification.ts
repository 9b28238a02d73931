import type { Memory } from '../../memory/memory';

/** Cosine of a vector in the source and in the target, at least. Half precision leaves 0.9999999. */
export const LEAST_COSINE = 0.9999;

/** Memories whose nearest are compared. */
export const SAMPLES = 200;

/** How many of the nearest. */
export const NEAREST = 10;

/** Memories this near to each other are equally near: the target keeps half precision. */
export const SWAP_TOLERANCE = 1e-3;

export const DIFFERENCES = ['missing', 'text', 'metadata', 'fields', 'vectors', 'copies', 'surplus'] as const;

/**
 * What is wrong with a memory in the target: it is `missing`; its `text`, `metadata`, `fields` or `vectors` are not
 * those of the source; the `copies` of its fields, by which searches are filtered, are not those of the memory itself; it
 * is a `surplus`, marked as migrated but not in the source.
 */
export type Difference = (typeof DIFFERENCES)[number];

/** A memory, by everything that one may look for it by. */
export interface VerifiedMemory {
  readonly userId: number;
  readonly id: string;
  /** Its id in the source; null of a surplus. */
  readonly recordId: string | null;
  readonly collection: string | null;
}

export interface Differing {
  readonly count: number;
  /** The first ten. */
  readonly examples: readonly VerifiedMemory[];
}

/** What of a collection was compared. Each memory of the source is counted under exactly one of the rest. */
export interface CollectionVerification {
  readonly name: string;
  readonly userId: number;
  /** That can be migrated, and have not expired. */
  readonly memories: number;
  /** Read back, and as in the source. */
  readonly same: number;
  /** Read back, and not: the verification failed. */
  readonly differing: number;
  readonly missing: number;
  /** Written by this run and changed by the service since. */
  readonly changedSince: number;
  /** In the target from before, where they are otherwise: left as they are. */
  readonly leftAsTheyWere: number;
  readonly rejected: number;
  readonly expired: number;
}

/** A memory whose nearest in the target are not those of the source. */
export interface NearestDiffering {
  readonly memory: VerifiedMemory;
  /** Ids by falling similarity: by brute force over the source's vectors, and as the target's search gives them. */
  readonly expected: readonly string[];
  readonly found: readonly string[];
}

export interface Verification {
  readonly passed: boolean;
  readonly collections: readonly CollectionVerification[];
  readonly differences: Readonly<Partial<Record<Difference, Differing>>>;
  /** Memories that were there before, otherwise, and were left so: no failure, but worth a look. */
  readonly left: Differing;
  /** sha256 over text and metadata of everything that was compared, in the source and as it was read back. */
  readonly digests: { readonly source: string; readonly target: string };
  readonly vectors: {
    readonly compared: number;
    /** Null where none was compared. */
    readonly lowestCosine: number | null;
    /** Of memories whose source has none. */
    readonly notInSource: number;
  };
  readonly nearest: {
    readonly samples: number;
    readonly differing: { readonly count: number; readonly examples: readonly NearestDiffering[] };
  };
}

/** A memory as it is in the target. */
export interface FoundMemory {
  readonly memory: Memory;
  /** One per chunk, as the target keeps them. */
  readonly vectors: readonly Float32Array[];
  /** Written last by the run that is verified. */
  readonly isOfRun: boolean;
  /** Not changed since a migration wrote it. */
  readonly isUntouched: boolean;
  /** Whether the fields beside its vectors are its own. */
  readonly hasTrueCopies: boolean;
}

/** Whoever has an external id. */
export interface Holder {
  readonly id: string;
  /** The run that wrote it last. */
  readonly importRunId: string | null;
}

/** A memory that a search found. */
export interface FoundNear {
  readonly id: string;
  readonly similarity: number;
}

/** What was migrated to, as the verification of a run reads it. */
export interface VerificationTarget {
  /** By id; what is not there is not in it. */
  find(userId: number, ids: readonly string[]): Promise<ReadonlyMap<string, FoundMemory>>;

  /** Which of these external ids are taken, by whom. */
  holders(userId: number, externalIds: readonly string[]): Promise<ReadonlyMap<string, Holder>>;

  /** How many memories the run has written that are live at this moment and unchanged. */
  countUntouched(userId: number, now: Date): Promise<number>;

  /** The ids of these. */
  untouchedIds(userId: number, now: Date): Promise<Set<string>>;

  /** The service's own search, as this user: by falling similarity. */
  nearest(userId: number, vector: Float32Array, limit: number, now: Date): Promise<FoundNear[]>;
}
