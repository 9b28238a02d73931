import {
  ChromaConnectionError,
  ChromaForbiddenError,
  ChromaNotFoundError,
  ChromaQuotaExceededError,
  ChromaRateLimitError,
  ChromaUnauthorizedError,
} from 'chromadb';
import { DomainError } from '../../common/domain.error';
import { BackendUnavailableError } from '../memory.errors';
import { ConnectionProblem } from './chroma-endpoint';

export const OTHER_DIMENSION =
  'ChromaDB has vectors of another dimension here: EMBEDDING_MODEL must be the one that they were made with.';

/** The server did not answer in time. */
export class SilentServerError extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

/** An answer of the server that is none of success. */
export class RefusedRequestError extends Error {
  constructor(
    readonly status: number,
    answer: string,
  ) {
    super(`${status}: ${answer}`);
  }
}

/** What kept a request from its server, or undefined where the server answered. */
export function connectionProblemOf(error: unknown): ConnectionProblem | undefined {
  if (error instanceof SilentServerError) return 'silent';
  // `fetch` rejects with a TypeError when there is no connection or it breaks.
  if (error instanceof ChromaConnectionError || error instanceof TypeError) return 'lost';
  return undefined;
}

/** What callers are told: the vendor's error is the cause, and its text stays out of the message. */
export function asBackendError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  return new BackendUnavailableError(explanationOf(error), { cause: error });
}

function explanationOf(error: unknown): string {
  if (connectionProblemOf(error) !== undefined) return 'ChromaDB does not answer. Send it again in a moment.';
  const { status, message } = error as Partial<RefusedRequestError>;
  if (
    error instanceof ChromaUnauthorizedError ||
    error instanceof ChromaForbiddenError ||
    status === 401 ||
    status === 403
  )
    return 'ChromaDB does not let the service in: CHROMA_API_KEY, CHROMA_TENANT and CHROMA_DATABASE must fit the server.';
  if (error instanceof ChromaRateLimitError || error instanceof ChromaQuotaExceededError || status === 429)
    return 'ChromaDB refused the request: a limit or quota of the server is reached.';
  if (error instanceof ChromaNotFoundError || status === 404)
    return 'ChromaDB no longer has the collection: somebody else deleted it. Send it again.';
  if (/dimension/i.test(message ?? '')) return OTHER_DIMENSION;
  if (/disk is full|No space left/i.test(message ?? ''))
    return 'The disk of ChromaDB is full: free some space and send it again.';
  return 'ChromaDB could not do it; its log says why. What was acknowledged before is safe.';
}
