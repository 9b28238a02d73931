import { createServer, RequestListener, Server } from 'node:http';
import { AddressInfo, connect, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientTimeouts } from '../config/app-config';
import { answerProtocolErrors } from './protocol-errors';
import { cutOffSlowClients } from './slow-clients';

/** Long enough that nothing is late by accident. */
const PATIENT: ClientTimeouts = { headersMs: 60_000, requestMs: 60_000, answerMs: 60_000 };
const POST = 'POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000\r\n\r\n';
const GET = 'GET / HTTP/1.1\r\nHost: here\r\n\r\n';
/** More than the buffers of a connection hold. */
const LARGE = 64 * 1024 * 1024;

describe('cutOffSlowClients', () => {
  let server: Server | undefined;
  let client: Socket | undefined;
  afterEach(() => {
    client?.destroy();
    server?.close();
    server?.closeAllConnections();
  });

  async function connected(
    timeouts: Partial<ClientTimeouts>,
    listener: RequestListener,
    allowHalfOpen = false,
  ): Promise<Socket> {
    server = createServer(listener);
    answerProtocolErrors(server);
    cutOffSlowClients(server, { ...PATIENT, ...timeouts });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen });
    // Writing to a connection that the other side has ended.
    client.on('error', () => undefined);
    return client;
  }

  /** Everything that comes until the other side ends the connection, while `sent` is repeated in drops. */
  async function untilCutOff(socket: Socket, sent: string, drop = ''): Promise<string> {
    let received = '';
    let ended = false;
    socket.setEncoding('utf8').on('data', (text: string) => (received += text));
    socket.once('close', () => (ended = true));
    socket.write(sent);
    while (!ended) {
      if (drop !== '') socket.write(drop);
      await delay(5);
    }
    return received;
  }

  it.each([
    ['nothing at all', { headersMs: 50 }, '', ''],
    ['headers in drops', { headersMs: 50 }, 'GET / HTTP/1.1\r\nHost: here\r\nX-Long: ', 'x'],
    ['header after header', { headersMs: 50 }, 'GET / HTTP/1.1\r\nHost: here\r\n', 'X-One: more\r\n'],
    ['a body in drops', { headersMs: 50, requestMs: 50 }, POST, 'x'],
    ['half a body', { headersMs: 50, requestMs: 50 }, `${POST}x`, ''],
  ])('refuses a client that sends %s', async (_what, timeouts, sent, drop) => {
    const socket = await connected(timeouts, (request) => void request.resume());
    const answer = await untilCutOff(socket, sent, drop);
    expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*application\/problem\+json[^]*"code":"request_timeout"/);
  });

  /** When the server has let go of the connection that comes next. */
  function closed(): Promise<void> {
    return new Promise((resolve) =>
      server!.once('connection', (connection) => connection.once('close', () => resolve())),
    );
  }

  it.each([
    ['a header', GET.slice(0, -2)],
    ['a body', `${POST}x`],
  ])('ends the connection of a client that sends half of %s and keeps its side open', async (_what, sent) => {
    const timeouts = { headersMs: 50, requestMs: 50 };
    const socket = await connected(timeouts, (request) => void request.resume(), true);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.write(sent);
    await closed();
    expect(answer).toContain('"code":"request_timeout"');
    expect(socket.writable).toBe(true);
  });

  it('ends the connection of a client that does not take its answer', async () => {
    const socket = await connected({ answerMs: 50 }, (_request, response) => response.end('x'.repeat(LARGE)));
    socket.pause().write(GET);
    await closed();
  });

  it('lets an answer take as long as it takes to make, also behind another', async () => {
    let made = 0;
    const socket = await connected({ answerMs: 20 }, (_request, response) => {
      const last = ++made === 2;
      setTimeout(
        () => response.writeHead(200, { Connection: last ? 'close' : 'keep-alive' }).end('made'),
        200,
      );
    });
    const answers = await untilCutOff(socket, GET + GET);
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });

  it('keeps a connection for its next request after the answer was taken', async () => {
    const socket = await connected({ answerMs: 20 }, (_request, response) => response.end('taken'));
    const answered = () => new Promise((resolve) => socket.once('data', resolve));
    socket.write(GET);
    await answered();
    await delay(100);
    socket.write(GET);
    expect(String(await answered())).toContain('taken');
  });
});
