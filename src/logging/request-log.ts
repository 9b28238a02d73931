import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { answeredStatus, onAnswerEnd } from '../common/answer-end';

/** Injects the middleware that logs requests. */
export const REQUEST_LOG = Symbol('REQUEST_LOG');

/** Asked for every few seconds by machines. */
const ROUTINE = /^\/(health|metrics)(\/|$)/;

/** What `assignRequestId` and Express add. */
type LoggedRequest = IncomingMessage & { readonly id?: unknown; readonly originalUrl?: string };

export type RequestLog = (request: LoggedRequest, response: ServerResponse, next?: () => void) => void;

/**
 * Middleware that writes one line for each request once it is answered: id, method, path, status (499 where the client did
 * not wait), milliseconds; one more if the answer failed. Never the query, a body or a header: they hold memory text,
 * questions and keys. To stand behind what gives requests ids.
 */
export function requestLog(logger: Logger): RequestLog {
  return (request, response, next) => {
    const started = performance.now();
    // Nobody else listens, and what nobody listens for ends the process.
    response.on('error', (err) => logger.error({ request_id: request.id, err }, 'An answer failed'));
    onAnswerEnd(response, () => {
      const { id, method, originalUrl = '' } = request;
      const status = answeredStatus(response);
      const path = originalUrl.split('?', 1)[0]!;
      const ms = Number((performance.now() - started).toFixed(1));
      const outcome = response.writableFinished ? status : 'given up by the caller';
      logger[levelOf(path, status)](
        { request_id: id, method, path, status, ms },
        `${method} ${path} ${outcome}`,
      );
    });
    next?.();
  };
}

function levelOf(path: string, status: number): 'debug' | 'info' | 'error' {
  if (ROUTINE.test(path)) return 'debug';
  return status >= 500 ? 'error' : 'info';
}
