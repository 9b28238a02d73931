import type { CandidatePool, CandidateQuestion } from './candidates';
import {
  Deletion,
  EmbeddedMemory,
  ListQuery,
  Memory,
  MemoryFilter,
  MemoryPage,
  Project,
  ProjectSummary,
  SearchAnswer,
  Statistics,
  VectorQuery,
} from './memory';

/** Injects the backend that was chosen at start. */
export const MEMORY_BACKEND = Symbol('MEMORY_BACKEND');

/** Injects the same backend as far as the caller's key opens it: what answers callers works on this one. */
export const CALLERS_BACKEND = Symbol('CALLERS_BACKEND');

export type BackendName = 'postgresql' | 'chromadb' | 'in-memory';

/** What searches have read of the index that holds the vectors, by all who use the store, since it counts. */
export interface IndexReads {
  readonly entries: number;
  /** How often the table had to be looked at as well: rarely, as long as the store is well kept. */
  readonly tableRows: number;
}

/**
 * What a place that keeps memories gives for a search by words, vectors and speakers together. The port's promises about
 * isolation, expiry, reading one's writes and errors hold here too.
 */
export interface CandidateSource {
  /**
   * The speakers of the user's live memories whose name begins with any of these words, in code point order, each once; of more
   * than `MOST_SPEAKERS` the first ones.
   */
  findSpeakers(userId: number, firstWords: readonly string[]): Promise<string[]>;

  /**
   * The chunks among which the results of a question are: see `CandidatePool`. Rejects where the vector does. Nothing that
   * others wait for is held until it is there.
   */
  findCandidates(userId: number, question: CandidateQuestion): Promise<CandidatePool>;

  /** The memories of these ids, in that order; those that are not there, or no longer, are left out. */
  findAll(userId: number, ids: readonly string[]): Promise<Memory[]>;
}

/** A question names few; more can only share one word of their names. */
export const MOST_SPEAKERS = 100;

/**
 * The port: what every place that keeps memories promises. `test/contract` proves each sentence on every backend.
 *
 * - **Isolation.** Every call works inside one user's memories; nothing of another user is read, counted or changed.
 *   A user needs no registration: reads of an unknown user find nothing, the first write creates it.
 * - **Expiry.** A memory whose `expiresAt` is not after the clock's now is as if deleted, in every answer and count.
 * - **Read your writes.** A write that resolved is seen by every later call, and survives `kill -9` of every process.
 * - **All or nothing.** A call that rejects has changed nothing.
 * - **Errors.** `BackendUnavailableError` when the store cannot be reached or cannot write (with what to do, never a
 *   vendor's text alone); other domain errors as stated. Vendor errors are the `cause`.
 *
 * A `key` is a memory's id (any case) or its external id; an external id never looks like an id.
 */
export interface MemoryBackend extends CandidateSource {
  readonly name: BackendName;

  /** What whoever runs the service should know about where the memories are, if anything; known once connected. */
  readonly remark?: string;

  /** Connects and makes the store ready; the constructor does no I/O. Rejects with a message that says what to do. */
  connect(): Promise<void>;

  /** Waits for what is under way, then lets go of every resource. Safe to call twice and before `connect`. */
  close(): Promise<void>;

  /** Resolves when the store answers; rejects with `BackendUnavailableError` when it does not. Cheap: no scan. */
  ping(): Promise<void>;

  /** How many chunks one call of `store` or `update` takes; undefined where it takes any number. */
  largestStore(): Promise<number | undefined>;

  /**
   * Stores every memory, or none. One whose `externalId` exists already replaces that memory: same `id` and
   * `createdAt`, everything else new (an undefined `occurredAt` keeps the earlier one). Times of creation and update are
   * the clock's now. No two `externalId`s in one call are equal.
   *
   * @returns the memories as stored, in the order given.
   * @throws BatchTooLargeError for more chunks than `largestStore`.
   */
  store(userId: number, memories: readonly EmbeddedMemory[]): Promise<Memory[]>;

  find(userId: number, key: string): Promise<Memory | undefined>;

  /**
   * Replaces one memory by what `revise` makes of it. No other write to it comes between: of two concurrent
   * revisions the second sees the first. `revise` is pure, may be called more than once, and keeps `id`, `userId`,
   * `externalId` and `createdAt`; what it throws is thrown here, with nothing changed. With `vectors` all chunks are
   * replaced too. `updatedAt` becomes the clock's now.
   *
   * @returns the memory as it is now, or undefined if there is none.
   */
  update(
    userId: number,
    key: string,
    revise: (current: Memory) => Memory,
    vectors?: Float32Array[],
  ): Promise<Memory | undefined>;

  /** @returns whether there was such a memory. */
  delete(userId: number, key: string): Promise<boolean>;

  /**
   * Deletes what the filter matches. With `dryRun` only counts. When `expectedCount` is given and differs from what
   * matches, nothing is deleted.
   *
   * @throws CountMismatchError carrying the real count.
   */
  deleteMatching(
    userId: number,
    filter: MemoryFilter,
    options: { readonly dryRun: boolean; readonly expectedCount?: number },
  ): Promise<Deletion>;

  /** A page in the order `(occurredAt, id)`. Pages joined by `next` give each memory once, whatever is stored meanwhile. */
  list(userId: number, query: ListQuery): Promise<MemoryPage>;

  /**
   * The memories nearest to a vector among those that the filter leaves; a memory counts once, with its best chunk.
   * Fewer than `limit` only where fewer exist. A memory whose vector is zero is never a result (cosine is undefined).
   */
  search(userId: number, query: VectorQuery): Promise<SearchAnswer>;

  /** For whoever watches the service; left out, or undefined, where there is no such index. Cheap. */
  indexReads?(): Promise<IndexReads | undefined>;

  /** How many live memories the user has. */
  count(userId: number): Promise<number>;

  /** How many of these wait to be brought to PostgreSQL; where nothing ever does, there is no such method. */
  countPending?(userId: number): Promise<number>;

  /** Of the user's live memories, or of those in one project. */
  statistics(userId: number, projectId?: number): Promise<Statistics>;

  /** Every project of the user, those without memories too, by name in code point order. */
  listProjects(userId: number): Promise<ProjectSummary[]>;

  findProject(
    userId: number,
    by: { readonly name: string } | { readonly id: number },
  ): Promise<Project | undefined>;

  /** The project of that name, created if there is none; concurrent calls give one and the same. */
  ensureProject(userId: number, name: string): Promise<Project>;

  /**
   * Removes everything of a user, expired memories and what is kept beside memories too: afterwards it is as if they had never
   * been. Nobody must store for them meanwhile.
   */
  deleteUser(userId: number): Promise<void>;
}

/** The time, injected so that tests can move it. */
export interface Clock {
  now(): Date;
}

export const CLOCK = Symbol('CLOCK');
