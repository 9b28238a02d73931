import { once } from 'node:events';
import type { RequestHandler } from 'express';
import type { FallbackBackend } from './fallback-backend';

/** A request stays with the backend that was in use when it came. */
export function pinRequests(backend: FallbackBackend): RequestHandler {
  return (_request, response, next) => backend.pin(next, once(response, 'close'));
}
