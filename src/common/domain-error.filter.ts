import { ArgumentsHost, Catch, ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Problem, problemOf } from './problem';
import { ProblemDto } from './problem.dto';

/**
 * Answers every error, expected or not, as problem+json (RFC 9457). What is ours to mend (5xx) is logged, once and
 * here; what is the caller's is in the answer alone.
 */
@Catch()
export class DomainErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Requests');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request & { id?: unknown }>();
    const response = host.switchToHttp().getResponse<Response>();
    const problem = problemOf(error);
    if (problem.status >= 500) this.log(problem, request, error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.retryAfter !== undefined) response.setHeader('Retry-After', String(problem.retryAfter));
    const body = JSON.stringify(problemDto(problem, String(request.id)));
    response.status(problem.status).type('application/problem+json').send(body);
  }

  private log(problem: Problem, request: Request & { id?: unknown }, error: unknown): void {
    const what = `${request.method} ${request.path} (${String(request.id)}): ${problem.code}`;
    if (problem.status === 500) this.logger.error(what, stacks(error));
    else this.logger.warn(`${what}: ${problem.detail}${causes(error)}`);
  }
}

function problemDto({ status, code, detail, errors }: Problem, requestId: string): ProblemDto {
  const words = code.replaceAll('_', ' ');
  return {
    type: `urn:wisdom-memory:problem:${code}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status,
    detail,
    code,
    errors: [...errors],
    request_id: requestId,
  };
}

/** Texts only: vendors hang queries and their parameters, memory text among them, on their errors. */
function stacks(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stacks(error.cause)}`;
  return (error.stack ?? error.message) + cause;
}

function causes(error: unknown): string {
  if (!(error instanceof Error) || error.cause === undefined) return '';
  const { cause } = error;
  return ` <- ${cause instanceof Error ? cause.message : String(cause)}${causes(cause)}`;
}
