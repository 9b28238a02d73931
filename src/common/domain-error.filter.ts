import { ArgumentsHost, Catch, ExceptionFilter, HttpException, HttpStatus, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DomainError, ErrorKind, FieldProblem } from './domain.error';
import { problemDto } from './problem.dto';
import type { IdentifiedRequest } from './request-id.middleware';

/** What an error becomes for the caller. */
interface Problem {
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
  'too-many': HttpStatus.TOO_MANY_REQUESTS,
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
  417: 'expectation_failed',
  429: 'too_many_requests',
  503: 'unavailable',
};

/** Seconds after which a caller may try again, where the error does not know better. */
const RETRY_AFTER = 5;

/**
 * Answers every error, expected or not, as problem+json (RFC 9457). What is ours to mend (5xx) is logged, once and
 * here; what is the caller's is in the answer alone.
 */
@Catch()
export class DomainErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Requests');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request & IdentifiedRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = problemOf(error);
    if (problem.status >= 500) this.log(problem, request, error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.retryAfter !== undefined) response.setHeader('Retry-After', String(problem.retryAfter));
    const body = JSON.stringify(problemDto({ ...problem, request_id: request.id }));
    response.status(problem.status).type('application/problem+json').send(body);
  }

  private log(problem: Problem, request: Request & IdentifiedRequest, error: unknown): void {
    const what = `${request.method} ${request.path} (${request.id}): ${problem.code}`;
    if (problem.status === 500) this.logger.error(what, stacks(error));
    else this.logger.warn(`${what}: ${problem.detail}${causes(error)}`);
  }
}

/** Texts only: vendors hang queries and their parameters, memory text among them, on their errors. */
function stacks(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is no error was thrown';
  const cause = error.cause === undefined ? '' : `\ncaused by ${stacks(error.cause)}`;
  return (error.stack ?? error.message) + cause;
}

function causes(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? ` <- ${cause.message}${causes(cause)}` : '';
}

/** Total: whatever was thrown becomes a problem, and what was not meant for the caller an `internal_error`. */
function problemOf(error: unknown): Problem {
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
  return status === 503 || status === 429 ? { retryAfter: after } : {};
}
