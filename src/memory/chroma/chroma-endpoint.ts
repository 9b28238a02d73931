/** A ChromaDB server: where it is, and what to do when it is not there. */
export interface ChromaEndpoint {
  readonly headers: Readonly<Record<string, string>>;
  readonly tenant: string;
  readonly database: string;
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

  /** Rejects with `BackendUnavailableError` when there is no room to add so many bytes (0: to delete) and stay sound. */
  ensureSpace(bytes: number): Promise<void>;
}

/** `lost`: no connection, or it broke. `silent`: no answer in time. */
export type ConnectionProblem = 'lost' | 'silent';
