import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { HttpException, HttpStatus } from '@nestjs/common';
import { MalformedRequestError } from './domain.error';

/**
 * Lets through what Node would refuse with an empty answer although it can be read, for `refuseUnmetDemands` to refuse.
 */
export function admitReadableRequests(server: Server & { requireHostHeader?: boolean }): void {
  // The option of `createServer`, under the name that the server keeps it by.
  server.requireHostHeader = false;
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}

/**
 * Middleware: refuses requests that lack what HTTP/1.1 demands, or demand what is not done here. The connection ends with
 * them: a body may follow or not.
 */
export function refuseUnmetDemands(
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: Error) => void,
): void {
  const problem = unmet(request);
  if (problem) response.setHeader('Connection', 'close');
  next(problem);
}

function unmet({ headers: { host, expect }, httpVersion }: IncomingMessage): Error | undefined {
  if (host === undefined && httpVersion === '1.1')
    return new MalformedRequestError('A request of HTTP/1.1 names its host in a Host header.');
  if (expect === undefined || expect.toLowerCase() === '100-continue') return undefined;
  return new HttpException('Of expectations only 100-continue is met.', HttpStatus.EXPECTATION_FAILED);
}
