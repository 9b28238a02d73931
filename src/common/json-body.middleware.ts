import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { BodyTooLargeError, MalformedRequestError } from './domain.error';
import { hasMoreParts, JsonParts } from './json-parts';

/**
 * JSON in UTF-8, as RFC 8259 has it. The body parser would take any encoding of Unicode, and `hasMoreParts` reads UTF-8
 * only. Whatever looks like another `charset` counts as one, wherever it stands.
 */
const JSON_TYPE =
  /^\s*application\/([\w.-]+\+)?json\s*(;\s*charset\s*=\s*("utf-8"|utf-8)\s*|;(?!\s*charset)[^;]*)*$/i;

/** What the body of a call may be like. */
export interface BodyBounds {
  readonly bytes: number;
  readonly parts: JsonParts;
}

/**
 * Options of the body parser: JSON in UTF-8 of up to `limit` bytes, and of no more than `boundsOf` gives for a path. A
 * body without a Content-Type counts as JSON, as it did for the original's clients. Any JSON value is read: that it must
 * be an object is for the pipe to say.
 */
export function jsonBodyOptions(limit: number, boundsOf: (path: string) => BodyBounds): object {
  const verify = (
    { url = '' }: IncomingMessage,
    _response: unknown,
    body: Buffer,
    encoding: string,
  ): void => {
    refuseMoreThan(boundsOf(url.split('?', 1)[0]!), body);
    refuseBrokenUtf8(body, encoding);
  };
  return { limit, strict: false, type: isJson, verify };
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
      ? new UnsupportedMediaTypeException('Send the body as application/json, in UTF-8.')
      : undefined,
  );
}

function isJson(request: IncomingMessage): boolean {
  const type = request.headers['content-type'] ?? 'application/json';
  return JSON_TYPE.test(type);
}

/** Before it is parsed, which takes far longer than reading it. */
function refuseMoreThan({ bytes, parts }: BodyBounds, body: Buffer): void {
  if (body.length > bytes) throw new BodyTooLargeError(`${bytes} bytes`);
  if (hasMoreParts(body, parts))
    throw new BodyTooLargeError(`${parts.keys} keys, or ${parts.containers} objects and lists`);
}

/** A decoder would put replacement characters into what is to be remembered. */
function refuseBrokenUtf8(body: Buffer, encoding: string): void {
  if (encoding !== 'utf-8' || !isUtf8(body)) throw new MalformedRequestError('The body is not valid UTF-8.');
}
