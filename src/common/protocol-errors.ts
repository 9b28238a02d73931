import { randomUUID } from 'node:crypto';
import { maxHeaderSize, Server, ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { problemDto } from './problem.dto';

/** Why Node could not read a request. */
interface ProtocolError extends Error {
  readonly code?: string;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
}

const MALFORMED: Refusal = {
  status: 400,
  code: 'malformed_request',
  detail: 'This is not a request of HTTP/1.1 that can be read.',
};

/** Those that have a status of their own; everything else that Node cannot read is malformed. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'headers_too_large',
    detail: `The path and the headers of a request have at most ${maxHeaderSize} bytes together.`,
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: 413,
    code: 'body_too_large',
    detail: 'The chunks of the body have extensions that are too long.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'request_timeout',
    detail: 'The request did not arrive in time.',
  },
};

/**
 * How long a client may take to read its last answer and to close its side. Closing a connection that has unread input resets
 * it, and the client loses what it has not read yet.
 */
const LINGER_MS = 1_000;

/**
 * Answers what Node's HTTP parser refuses, before there is a request that anything else here could see, as every other
 * error: as problem+json. The connection ends with it, whether the client closes its side or not: what follows on it
 * could not be told apart. Requests that came whole before it are answered as they are, and then the connection ends: told
 * that they were malformed, a client would send again what is being stored.
 */
export function answerProtocolErrors(server: Server): void {
  const unfinished = new WeakMap<Duplex, Set<ServerResponse>>();
  server.on('request', ({ socket }, response: ServerResponse) => {
    const answers = unfinished.get(socket) ?? new Set();
    unfinished.set(socket, answers.add(response));
    response.once('close', () => answers.delete(response));
  });
  const ending = new WeakSet<Duplex>();
  server.on('clientError', (error: ProtocolError, socket: Duplex) => {
    // Whatever else such a client sends is reported as well.
    if (ending.has(socket)) return;
    if (!socket.writable) return void socket.destroy(error);
    const answers = [...(unfinished.get(socket) ?? [])].filter(({ writableFinished }) => !writableFinished);
    const owed = answers.findLast(({ req, headersSent }) => req.complete || headersSent);
    if (owed && !owed.headersSent) {
      // Node ends the connection behind it. What came late may still come: nobody reads it any more.
      owed.shouldKeepAlive = false;
      socket.pause();
      return;
    }
    ending.add(socket);
    if (owed) owed.once('finish', () => end(socket));
    else end(socket, textOf(REFUSALS[error.code ?? ''] ?? MALFORMED));
  });
}

function end(socket: Duplex, lastWords = ''): void {
  socket.end(lastWords);
  // Node reports a request that is late only once.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function textOf(refusal: Refusal): string {
  const id = randomUUID();
  const body = JSON.stringify(problemDto({ ...refusal, request_id: id }));
  return [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
