import { once } from 'node:events';
import { createServer, get, IncomingMessage, RequestListener, Server } from 'node:http';
import { AddressInfo } from 'node:net';
import { RawServer } from '../../test/support/raw-server';
import { requestLog } from './request-log';
import { jsonLogger } from './root-logger';

describe('requestLog', () => {
  const lines: Record<string, unknown>[] = [];
  const log = requestLog(jsonLogger('debug', { write: (line) => void lines.push(JSON.parse(line)) }));
  let server: Server;
  let handle: RequestListener;

  beforeEach(async () => {
    lines.length = 0;
    handle = (_request, response) => void response.end();
    server = createServer((request, response) => {
      Object.assign(request, { id: 'request-1', originalUrl: request.url });
      log(request, response);
      handle(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => server.close());

  function call(path: string) {
    return get({
      port: (server.address() as AddressInfo).port,
      path,
      headers: { Authorization: 'Bearer k3y' },
    });
  }

  async function answered(path: string): Promise<void> {
    const [response] = (await once(call(path), 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
  }

  it('writes one line, with nothing but what identifies the request', async () => {
    await answered('/api/memory?query=secret');
    expect(lines).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        request_id: 'request-1',
        method: 'GET',
        path: '/api/memory',
        status: 200,
        ms: expect.any(Number),
        msg: 'GET /api/memory 200',
      },
    ]);
  });

  it.each([
    ['/health/ready', 503, 'debug'],
    ['/metrics', 200, 'debug'],
    ['/healthy', 200, 'info'],
    ['/api/memory', 422, 'info'],
    ['/api/memory', 503, 'error'],
  ])('writes %s answered by %d at %s', async (path, status, level) => {
    handle = (_request, response) => void response.writeHead(status).end();
    await answered(path);
    expect(lines).toEqual([expect.objectContaining({ path, status, level })]);
    expect(lines[0]).not.toHaveProperty('err');
  });

  it('survives what is written after the answer, and says so', async () => {
    const failed = new Promise<void>((resolve) => {
      handle = (_request, response) => {
        response.end();
        response.once('error', () => resolve());
        response.write('too late');
      };
    });
    await answered('/api/memory');
    await failed;
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'error', request_id: 'request-1', msg: 'An answer failed' }),
    );
  });

  it('says when the caller did not wait for the answer', async () => {
    const given = new Promise<void>((resolve) => {
      handle = (_request, response) => void response.once('close', resolve);
    });
    const request = call('/api/memory');
    request.on('error', () => undefined);
    await once(server, 'request');
    request.destroy();
    await given;
    expect(lines).toEqual([
      expect.objectContaining({ status: 499, msg: 'GET /api/memory given up by the caller' }),
    ]);
  });

  it('says so too of a request whose turn to be answered never came', async () => {
    const pipelined = await RawServer.start((request, response) => {
      log(Object.assign(request, { originalUrl: request.url }), response);
      if (request.url === '/two') response.end();
    });
    await pipelined.request('/one', '/two');
    await pipelined.leave();
    pipelined.close();
    expect(lines.map(({ msg }) => msg).sort()).toEqual([
      'GET /one given up by the caller',
      'GET /two given up by the caller',
    ]);
  });
});
