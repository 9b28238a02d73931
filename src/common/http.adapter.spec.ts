import { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpAdapter } from './http.adapter';

interface Seen {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly prototypes: readonly unknown[];
}

/** A request as the server gives it to Express, its prototypes before Express has touched it. */
async function requested(adapter: HttpAdapter): Promise<Seen> {
  adapter.initHttpServer({});
  const server = adapter.getHttpServer();
  const seen = new Promise<Seen>((resolve) =>
    server.prependOnceListener('request', (request: IncomingMessage, response: ServerResponse) =>
      resolve({ request, response, prototypes: [request, response].map((of) => Object.getPrototypeOf(of)) }),
    ),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  await adapter.close();
  return seen;
}

describe('HttpAdapter', () => {
  it('makes requests and answers that Express need not change', async () => {
    const sut = new HttpAdapter();
    const { request, response, prototypes } = await requested(sut);
    const { request: ofExpress, response: toExpress } = sut.getInstance();
    expect(prototypes[0]).toBe(ofExpress);
    expect(prototypes[1]).toBe(toExpress);
    expect(request).toBeInstanceOf(IncomingMessage);
    expect(response).toBeInstanceOf(ServerResponse);
    expect(response.statusCode).toBe(404);
  });

  it.each([{ httpsOptions: {} }, { forceCloseConnections: true }])('refuses %j', (options) => {
    expect(() => new HttpAdapter().initHttpServer(options)).toThrow(Object.keys(options)[0]);
  });
});
