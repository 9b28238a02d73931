import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** By connection. Any number of requests may wait on one, each with several listeners: they share one of the socket. */
const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `listener` once, later, when the answer is out or can no longer be. Node emits no `close` on an answer whose client
 * left before anybody listened, nor on one behind another that never had the connection: both are covered.
 */
export function onAnswerEnd(response: ServerResponse, listener: () => void): void {
  const { socket } = response.req;
  if (response.closed || socket.destroyed) {
    process.nextTick(listener);
    return;
  }
  const listeners = listenersOf(socket);
  const end = (): void => {
    if (listeners.delete(end)) listener();
  };
  listeners.add(end);
  response.once('close', end);
}

function listenersOf(socket: Socket): Set<() => void> {
  const known = waiting.get(socket);
  if (known) return known;
  const listeners = new Set<() => void>();
  waiting.set(socket, listeners);
  socket.once('close', () => listeners.forEach((end) => end()));
  return listeners;
}

/** Nobody took the whole answer. nginx's number: HTTP has none. */
const CLIENT_CLOSED_REQUEST = 499;

/** The status that was answered, once the answer has ended. */
export function answeredStatus({ writableFinished, statusCode }: ServerResponse): number {
  return writableFinished ? statusCode : CLIENT_CLOSED_REQUEST;
}
