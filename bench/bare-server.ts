import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exchange } from './exchange';

/** A process that answers every request by the same bytes: the least that an exchange over HTTP takes here. */
export class BareServer {
  private constructor(
    private readonly child: ReturnType<typeof fork>,
    private readonly url: string,
  ) {}

  /** @param answer what a request is answered by. */
  static async start(answer: string): Promise<BareServer> {
    const child = fork(__filename);
    child.send(answer);
    const [port] = (await once(child, 'message')) as [number];
    return new BareServer(child, `http://127.0.0.1:${port}`);
  }

  async post(body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    return JSON.parse((await exchange(this.url, 'POST', headers, JSON.stringify(body))).text);
  }

  async stop(): Promise<void> {
    this.child.kill();
    await once(this.child, 'exit');
  }
}

async function serve(): Promise<void> {
  const [answer] = (await once(process, 'message')) as [string];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(answer);
    });
  });
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
}

if (require.main === module) void serve();
