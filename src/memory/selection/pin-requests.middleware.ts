import type { RequestHandler } from 'express';
import { onAnswerEnd } from '../../common/answer-end';
import type { FallbackBackend } from './fallback-backend';

/** A request stays with the backend that was in use when it came. */
export function pinRequests(backend: FallbackBackend): RequestHandler {
  return (_request, response, next) =>
    backend.pin(next, new Promise<void>((resolve) => onAnswerEnd(response, resolve)));
}
