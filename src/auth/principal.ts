import { OtherUserError } from './auth.errors';
import { Scope, SCOPES } from './scope';

/** Who calls, and what they may do. */
export interface Principal {
  /** Of the key: names it in logs and limits, without its secret. Null: nobody has to show one (`AUTH_MODE=off`). */
  readonly keyPrefix: string | null;
  /** The only user that is acted for. Null: whichever the request names. */
  readonly userId: number | null;
  /** Name of the only project whose memories are seen and changed. Null: all of the user's. */
  readonly project: string | null;
  readonly scopes: ReadonlySet<Scope>;
}

/** The caller where nobody has to prove who they are. */
export const EVERYBODY: Principal = {
  keyPrefix: null,
  userId: null,
  project: null,
  scopes: new Set(SCOPES),
};

/** Whom a call that names no user acts for, where that is nobody's key to say. */
const DEFAULT_USER = 1;

/**
 * The user that a call acts for.
 *
 * @param named `user_id` of the request.
 * @throws OtherUserError where it is not the caller's.
 */
export function userFor({ userId }: Principal, named: number | undefined): number {
  if (userId === null) return named ?? DEFAULT_USER;
  if (named !== undefined && named !== userId) throw new OtherUserError();
  return userId;
}

/** What the service puts on a request that it lets in. */
export interface AdmittedRequest {
  principal?: Principal;
}
