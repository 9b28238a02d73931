import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Ids of callers that are taken over: whatever tracing systems make, and nothing that could forge a log line. */
const ACCEPTED = /^[\w.:/+=@-]{1,128}$/;

/** A request that went through `assignRequestId`. */
export interface IdentifiedRequest extends IncomingMessage {
  id: string;
}

/** Gives every request an id, the caller's own `X-Request-Id` if it is a sane one, and every answer carries it. */
export function assignRequestId(
  request: IncomingMessage & Partial<IdentifiedRequest>,
  response: ServerResponse,
  next: () => void,
): void {
  const given = request.headers['x-request-id'];
  request.id = typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID();
  response.setHeader('X-Request-Id', request.id);
  next();
}
