import { createServer, RequestListener, Server, ServerOptions } from 'node:http';
import { AddressInfo, connect, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { rawExchange } from '../../test/support/raw-exchange';
import { answerProtocolErrors } from './protocol-errors';

const GOOD = 'GET /good HTTP/1.1\r\nHost: here\r\n\r\n';
const STORE = 'POST /store HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n{}';
const BAD = 'GET / HTTP/1.1\r\nHost here\r\n\r\n';
const HALF = 'GET / HTTP/1.1\r\nHost: ';
const IMPATIENT = { headersTimeout: 20, requestTimeout: 20, connectionsCheckingInterval: 5 };

describe('answerProtocolErrors', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  async function exchange(
    sent: string,
    listener: RequestListener = unexpected,
    options: ServerOptions = {},
  ): Promise<string> {
    server = createServer(options, listener);
    answerProtocolErrors(server);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    return rawExchange((server.address() as AddressInfo).port, sent);
  }

  it.each<[string, string, number, string, string]>([
    ['a line that is no request', 'hello\r\n\r\n', 400, 'Bad Request', 'malformed_request'],
    [
      'a method that is none',
      'TASTE / HTTP/1.1\r\nHost: here\r\n\r\n',
      400,
      'Bad Request',
      'malformed_request',
    ],
    ['a header that is none', BAD, 400, 'Bad Request', 'malformed_request'],
    ['a space in the path', 'GET /a b HTTP/1.1\r\nHost: h\r\n\r\n', 400, 'Bad Request', 'malformed_request'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      400,
      'Bad Request',
      'malformed_request',
    ],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: h\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'Request Header Fields Too Large',
      'headers_too_large',
    ],
    ['half of a request', HALF, 408, 'Request Timeout', 'request_timeout'],
  ])('answers %s with a problem', async (_what, sent, status, phrase, code) => {
    // What arrives whole must not be late on a busy machine.
    const answer = await exchange(sent, unexpected, sent === HALF ? IMPATIENT : {});
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    const [line, ...headers] = head.split('\r\n');
    const problem = JSON.parse(body) as Record<string, unknown>;
    expect(line).toBe(`HTTP/1.1 ${status} ${phrase}`);
    expect(headers).toEqual([
      'Content-Type: application/problem+json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${problem.request_id as string}`,
      'Connection: close',
    ]);
    expect(problem).toMatchObject({ type: `urn:wisdom-memory:problem:${code}`, status, code, errors: [] });
    expect(problem.detail).toMatch(/\w/);
  });

  it('answers behind a request that was answered', async () => {
    const answer = await exchange(GOOD + BAD, (_request, response) => response.end('fine'));
    expect(answer).toMatch(/^HTTP\/1.1 200 OK[^]*fineHTTP\/1.1 400 Bad Request/);
  });

  it('does not write into an answer that is under way, nor cuts it off', async () => {
    const answer = await exchange(GOOD + BAD, (_request, response) => {
      response.write('half of');
      setTimeout(() => response.end(' it'), 20);
    });
    expect(answer).toMatch(/half of[^]* it/);
    expect(answer).not.toContain('400');
  });

  it('does not write into an answer to what has not come whole', async () => {
    const half = 'POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n';
    const answer = await exchange(`${half}no chunk\r\n`, (_request, response) => {
      response.write('too much');
      setTimeout(() => response.end(' of it'), 20);
    });
    expect(answer).toMatch(/too much[^]* of it/);
    expect(answer).not.toContain('400');
  });

  it('answers what came whole before it as it is, and then ends the connection', async () => {
    const answer = await exchange(`${STORE}\0`, (request, response) => {
      request.resume().on('end', () => setTimeout(() => response.end('stored'), 50));
    });
    expect(answer).toMatch(/^HTTP\/1.1 200 OK[^]*Connection: close[^]*stored$/);
  });

  it('does so too where another answer is under way', async () => {
    const answer = await exchange(GOOD + STORE + BAD, ({ url }, response) => {
      if (url === '/good') response.write('half of');
      else setTimeout(() => response.end('stored'), 50);
      if (url === '/good') setTimeout(() => response.end(' it'), 20);
    });
    expect(answer).toMatch(
      /^HTTP\/1.1 200 OK[^]*half of[^]* it[^]*HTTP\/1.1 200 OK[^]*Connection: close[^]*stored$/,
    );
    expect(answer).not.toContain('400');
  });

  it('does not lose what is answered already, behind a slower one', async () => {
    const answer = await exchange(GOOD + STORE + BAD, ({ url }, response) => {
      if (url === '/good') setTimeout(() => response.end('slow'), 50);
      else response.end('stored');
    });
    expect(answer).toMatch(/slow[^]*stored$/);
    expect(answer).not.toContain('400');
  });

  it('carries out nothing that is completed after its time, behind what is being answered', async () => {
    const carriedOut: (string | undefined)[] = [];
    const [first, rest] = [STORE.slice(0, -1), STORE.slice(-1)];
    server = createServer(IMPATIENT, (request, response) => {
      request.resume().on('end', () => carriedOut.push(request.url));
      if (request.url !== '/good') return;
      server!.once('clientError', () => {
        client.write(rest);
        setTimeout(() => response.end('slow'), 50);
      });
    });
    answerProtocolErrors(server);
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const answer = text(client);
    client.write(GOOD + first);
    expect(await answer).toMatch(/^HTTP\/1.1 200 OK[^]*Connection: close[^]*slow$/);
    expect(carriedOut).toEqual(['/good']);
  });

  it('leaves a client that goes on sending the time to read why it is refused', () => {
    server = createServer();
    answerProtocolErrors(server);
    const socket = { writable: true, end: jest.fn(), destroy: jest.fn() };
    server.emit('clientError', new Error('malformed'), socket as unknown as Socket);
    server.emit('clientError', new Error('more of it'), Object.assign(socket, { writable: false }));
    expect(socket.end.mock.calls).toEqual([[expect.stringContaining('400 Bad Request')]]);
    expect(socket.destroy).not.toHaveBeenCalled();
  });
});

function unexpected(): never {
  throw new Error('this is no request');
}
