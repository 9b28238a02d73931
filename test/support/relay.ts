import { once } from 'node:events';
import { AddressInfo, connect, createServer, Server } from 'node:net';

/** An address that stays while the server behind it goes and comes back at another port. */
export class Relay {
  private constructor(
    private readonly server: Server,
    private readonly target: { port: number },
  ) {}

  static async to(url: string): Promise<Relay> {
    const target = { port: portOf(url) };
    const server = createServer((socket) => {
      const onward = connect(target.port, '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      for (const [end, other] of [
        [socket, onward],
        [onward, socket],
      ] as const)
        end.on('error', () => other.destroy()).on('close', () => other.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(server, target);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on to here. */
  turnTo(url: string): void {
    this.target.port = portOf(url);
  }

  close(): void {
    this.server.close();
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
