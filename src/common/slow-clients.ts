import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ClientTimeouts } from '../config/app-config';

/** How late, at most, a request that takes too long is noticed. Each look walks the open connections, once. */
const LONGEST_LOOK_MS = 1_000;

/**
 * Cuts off clients that hold a connection without using it: by sending headers or a body in drops, or nothing at all, or
 * by not taking the answer. Requests that are late get 408; how long an answer takes to make is no affair of the client.
 *
 * To be called before the server listens.
 */
export function cutOffSlowClients(
  server: Server & { connectionsCheckingInterval?: number },
  { headersMs, requestMs, answerMs }: ClientTimeouts,
): void {
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  // The option of `createServer`, under the name that the server keeps it by.
  server.connectionsCheckingInterval = Math.min(LONGEST_LOOK_MS, headersMs);
  // Before whoever answers, who may do so at once.
  server.prependListener('request', (_request, response: ServerResponse) => {
    // From the moment that the whole answer is there it is the client that everybody waits for. Nobody listens for the
    // timeout: then Node ends the connection.
    response.once('prefinish', () => response.socket?.setTimeout(answerMs));
    // Of requests sent one behind the other without waiting, each later one gets the connection when its turn comes.
    response.once('socket', (socket: Socket) => socket.setTimeout(response.writableEnded ? answerMs : 0));
  });
}
