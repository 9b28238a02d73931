import { connect as connectPlain, Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';

/** What was answered. */
export interface Exchanged {
  readonly status: number;
  readonly text: string;
}

/** Kept, as clients keep them: a request takes the one that was used last, or a new one. */
const IDLE = new Map<string, Connection[]>();
/** Free for longer, the server may be closing it at this moment. */
const LONGEST_IDLE_MS = 2_000;

/**
 * One request and its answer, over a socket itself: of a search, `fetch` takes 2 ms for itself and `node:http` 1, which
 * would be measured as the service's. Only for servers that say how long an answer is, as this service does.
 */
export async function exchange(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Promise<Exchanged> {
  const { origin, host, pathname, search } = new URL(url);
  const idle = IDLE.get(origin) ?? [];
  IDLE.set(origin, idle);
  const last = idle.pop();
  const connection = last?.isFresh ? last : new Connection(new URL(origin));
  const lines = [
    `${method} ${pathname}${search} HTTP/1.1`,
    `host: ${host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  const answer = await connection.exchange(`${lines.join('\r\n')}\r\n\r\n${body}`);
  idle.push(connection);
  return answer;
}

/** One request at a time. */
class Connection {
  private readonly socket: Socket;
  private received: Buffer = Buffer.alloc(0);
  private answeredAt = 0;
  private waiting?: { resolve(answer: Exchanged): void; reject(reason: Error): void };

  constructor({ protocol, hostname, port }: URL) {
    const to = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
    };
    this.socket = protocol === 'https:' ? connectSecure({ ...to, servername: hostname }) : connectPlain(to);
    this.socket.setNoDelay(true);
    this.socket.on('data', (part: Buffer) => this.take(part));
    this.socket.on('error', (error) => this.waiting?.reject(error));
    this.socket.on('close', () => this.waiting?.reject(new Error('the server closed the connection')));
  }

  get isFresh(): boolean {
    return this.socket.writable && performance.now() - this.answeredAt < LONGEST_IDLE_MS;
  }

  exchange(request: string): Promise<Exchanged> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      // Waiting for an answer keeps the program alive, a free connection does not.
      this.socket.ref();
      this.socket.write(request);
    });
  }

  private take(part: Buffer): void {
    this.received = this.received.length === 0 ? part : Buffer.concat([this.received, part]);
    const head = this.received.indexOf('\r\n\r\n');
    if (head === -1) return;
    const lines = this.received.toString('latin1', 0, head);
    const status = Number(lines.slice(9, 12));
    const length = status === 204 ? 0 : Number(/^content-length: *(\d+)/im.exec(lines)?.[1]);
    const end = head + 4 + length;
    if (Number.isNaN(length)) this.waiting?.reject(new Error(`an answer without Content-Length: ${lines}`));
    else if (this.received.length < end) return;
    else this.waiting?.resolve({ status, text: this.received.toString('utf8', head + 4, end) });
    this.received = Buffer.alloc(0);
    this.waiting = undefined;
    this.answeredAt = performance.now();
    this.socket.unref();
    if (/^connection: *close/im.test(lines)) this.socket.destroy();
  }
}
