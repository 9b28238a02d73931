import { HttpException, HttpStatus } from '@nestjs/common';
import { DomainError, ErrorKind, FieldProblem } from './domain.error';

/** What an error becomes for the caller. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
  /** Seconds. */
  readonly retryAfter?: number;
}

const STATUS: Record<ErrorKind, number> = {
  malformed: HttpStatus.BAD_REQUEST,
  invalid: HttpStatus.UNPROCESSABLE_ENTITY,
  'not-found': HttpStatus.NOT_FOUND,
  conflict: HttpStatus.CONFLICT,
  'too-large': HttpStatus.PAYLOAD_TOO_LARGE,
  unauthorized: HttpStatus.UNAUTHORIZED,
  forbidden: HttpStatus.FORBIDDEN,
  unavailable: HttpStatus.SERVICE_UNAVAILABLE,
};

/** Codes of what the framework refuses before any of our code sees it. */
const CODE: Record<number, string> = {
  400: 'malformed_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'route_not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  503: 'unavailable',
};

/** Seconds after which a caller may try again, where the error does not know better. */
const RETRY_AFTER = 5;

/** Total: whatever was thrown becomes a problem, and what was not meant for the caller an `internal_error`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof DomainError) return ofDomainError(error);
  if (error instanceof HttpException && error.cause instanceof DomainError) return ofDomainError(error.cause);
  if (error instanceof HttpException && error.getStatus() !== 500) return ofHttpException(error);
  const detail =
    'Something failed inside the service. Its log says what, under the request_id of this answer.';
  return { status: 500, code: 'internal_error', detail, errors: [] };
}

function ofDomainError(error: DomainError): Problem {
  const { code, message, fields, retryAfter } = error;
  const status = STATUS[error.kind];
  return { status, code, detail: message, errors: fields, ...retry(status, retryAfter) };
}

function ofHttpException(error: HttpException): Problem {
  const status = error.getStatus();
  const code = CODE[status] ?? 'request_refused';
  return { status, code, detail: detailOf(error), errors: [], ...retry(status) };
}

/** The body parser's own words repeat a part of the body or leave out what to do. */
function detailOf(error: HttpException): string {
  const { type, limit } = (error.cause ?? {}) as { type?: string; limit?: number };
  if (type === 'entity.parse.failed') {
    const position = /position (\d+)/.exec(error.message)?.[1];
    return `The body is not valid JSON${position === undefined ? '' : ` at position ${position}`}.`;
  }
  if (type === 'entity.too.large') return `The body has more than ${limit} bytes.`;
  return error.message;
}

function retry(status: number, after = RETRY_AFTER): Pick<Problem, 'retryAfter'> {
  return status === 503 ? { retryAfter: after } : {};
}
