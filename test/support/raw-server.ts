import { once } from 'node:events';
import { createServer, RequestListener, Server } from 'node:http';
import { AddressInfo, connect, Socket } from 'node:net';

/** A server and one client, which waits for no answer. */
export class RawServer {
  private constructor(
    private readonly server: Server,
    private readonly client: Socket,
    /** The server's side. */
    readonly connection: Socket,
  ) {}

  static async start(listener: RequestListener): Promise<RawServer> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').resume();
    const [connection] = (await once(server, 'connection')) as [Socket];
    return new RawServer(server, client, connection);
  }

  /** Requests one behind the other; when the last has come in. */
  async request(...paths: string[]): Promise<void> {
    const lastCame = new Promise<void>((resolve) => {
      this.server.on('request', ({ url }) => {
        if (url === paths.at(-1)) resolve();
      });
    });
    this.client.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`).join(''));
    await lastCame;
  }

  /** When the server has noticed. */
  async leave(): Promise<void> {
    // `once` of node:events would reject: what the client left unread breaks the connection.
    const noticed = new Promise<void>((resolve) => this.connection.once('close', () => resolve()));
    this.client.destroy();
    await noticed;
  }

  close(): void {
    this.client.destroy();
    this.server.close();
  }
}
