import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { HttpLogger, pinoHttp } from 'pino-http';

/** Injects the middleware that logs requests. */
export const REQUEST_LOG = Symbol('REQUEST_LOG');

/** Asked for every few seconds by machines. */
const ROUTINE = /^\/(health|metrics)(\/|$)/;

type Request = IncomingMessage & { readonly originalUrl?: string };

/**
 * Middleware that writes one line for each request once it is answered: id, method, path, status, milliseconds. Never
 * the query, a body or a header: they hold memory text, questions and keys. To stand behind what gives requests ids.
 */
export function requestLog(logger: Logger): HttpLogger<Request> {
  return pinoHttp<Request>({
    logger,
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: 'request_id', responseTime: 'ms' },
    customLogLevel: levelOf,
    customSuccessObject: fieldsOf,
    customErrorObject: (request, response, _error, timing) => fieldsOf(request, response, timing as Timing),
    customSuccessMessage: messageOf,
    customErrorMessage: messageOf,
  });
}

interface Timing {
  readonly ms: number;
}

function fieldsOf(request: Request, { statusCode }: ServerResponse, { ms }: Timing): object {
  return { method: request.method, path: pathOf(request), status: statusCode, ms };
}

function messageOf(request: Request, { statusCode, writableFinished }: ServerResponse): string {
  return `${request.method} ${pathOf(request)} ${writableFinished ? statusCode : 'given up by the caller'}`;
}

function levelOf(request: Request, { statusCode }: ServerResponse): 'debug' | 'info' | 'error' {
  if (ROUTINE.test(pathOf(request))) return 'debug';
  return statusCode >= 500 ? 'error' : 'info';
}

function pathOf({ originalUrl = '' }: Request): string {
  return originalUrl.split('?', 1)[0] ?? '';
}
