/** Injects the `BackendState`. */
export const BACKEND_STATE = Symbol('BACKEND_STATE');

/** Why the backend in use is in use, as `GET /status` tells it. */
export interface BackendState {
  /** It answers, but from elsewhere than it should. */
  readonly degraded: boolean;
  /** For people; null where there is nothing to say. */
  readonly reason: string | null;
  readonly since: Date;

  /** How many memories of a user wait to be brought to PostgreSQL. */
  countPending(userId: number): Promise<number>;

  /** Called once, when the backend is connected: warns of what the operator has to do. */
  started(): Promise<void>;

  /**
   * Puts right what can be put right now: takes PostgreSQL into use where it could not be used before, and counts anew
   * what waits to be brought there. What cannot is told by the state afterwards. Never rejects for it.
   */
  retry(): Promise<void>;
}
