/** A ChromaDB server: where it is, and what to do when it is not there. */
export interface ChromaEndpoint {
  readonly headers: Readonly<Record<string, string>>;
  readonly tenant: string;
  readonly database: string;
  /** After how many records the server writes the index of a collection that we make; undefined: as it likes. */
  readonly recordsPerSync?: number;
  /** What whoever runs the service should know about it; known once it is started. */
  readonly remark?: string;

  /** Makes the server answer. Rejects with a `StartupError` that says what to do. */
  start(): Promise<void>;

  /** Safe to call twice and before `start`. */
  stop(): Promise<void>;

  /** Where the server answers. Rejects with `BackendUnavailableError` when it does not and will not soon. */
  url(): Promise<string>;

  /**
   * Called when a request found no server, lost it or got no answer in time. Resolves with where to send it again.
   *
   * @param failed where it was sent.
   * @throws BackendUnavailableError when there is no point in that.
   */
  recover(failed: string, problem: ConnectionProblem): Promise<string>;

  /**
   * Called before each write: whatever happens during that, the server can be started again on what it acknowledged.
   *
   * @throws BackendUnavailableError when that is not so; there is no room, for one.
   */
  prepareWrite(write: PlannedWrite): Promise<void>;

  /** Called after a collection was removed: what the server leaves of it on disk goes too. */
  forgetRemoved(): Promise<void>;
}

export interface PlannedWrite {
  /** That are written or removed. */
  readonly records: number;
  /** That are added; 0 when something is deleted. */
  readonly bytes: number;
}

/** `lost`: no connection, or it broke. `silent`: no answer in time. */
export type ConnectionProblem = 'lost' | 'silent';
