import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { MalformedRequestError } from './domain.error';

/**
 * Options of the body parser: JSON of up to `limit` bytes. A body without a Content-Type counts as JSON, as it did for
 * the original's clients. Any JSON value is read: that it must be an object is for the pipe to say.
 */
export function jsonBodyOptions(limit: number): object {
  return { limit, strict: false, type: isJson, verify: refuseBrokenUtf8 };
}

/** To stand behind the body parser: a body that it left alone is refused rather than silently ignored. */
export function refuseOtherMediaTypes(
  request: IncomingMessage,
  _response: unknown,
  next: (error?: Error) => void,
): void {
  const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
  const hasBody = chunked !== undefined || Number(length ?? 0) > 0;
  next(
    hasBody && !isJson(request)
      ? new UnsupportedMediaTypeException('Send the body as application/json.')
      : undefined,
  );
}

function isJson(request: IncomingMessage): boolean {
  const type = request.headers['content-type'] ?? 'application/json';
  return /^\s*application\/([\w.-]+\+)?json\s*(;|$)/i.test(type);
}

/** A decoder would put replacement characters into what is to be remembered. */
function refuseBrokenUtf8(_request: unknown, _response: unknown, body: Buffer, encoding: string): void {
  if (/^utf-?8$/i.test(encoding) && !isUtf8(body))
    throw new MalformedRequestError('The body is not valid UTF-8.');
}
