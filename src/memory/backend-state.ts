/** Injects the `BackendState`. */
export const BACKEND_STATE = Symbol('BACKEND_STATE');

/** Why the backend in use is in use, as `GET /status` tells it. */
export interface BackendState {
  /** It answers, but from elsewhere than it should. */
  readonly degraded: boolean;
  /** For people; null where there is nothing to say. */
  readonly reason: string | null;
  readonly since: Date;
  /** Memories that wait to be brought to PostgreSQL. */
  readonly pendingSync: number;
}
