import { request } from 'node:http';

export interface RawRequest {
  readonly method?: string;
  /** Sent exactly as it is: no library tidies `..` or percent-encoding. */
  readonly path: string;
  /** Text or bytes as they are; anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RawAnswer {
  readonly status: number;
  readonly type: string;
  /** Parsed if it is JSON, else the text. */
  readonly body: unknown;
}

/** One HTTP request on a connection of its own. */
export function rawRequest(origin: string, { method, path, body, headers }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(origin);
  const sent = Buffer.from(
    typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body ?? ''),
  );
  return new Promise((resolve, reject) => {
    const call = request({
      hostname,
      port,
      path,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      // Without its length, the body of a DELETE would be read as the next request.
      headers:
        body === undefined
          ? headers
          : { 'content-type': 'application/json', 'content-length': String(sent.length), ...headers },
      agent: false,
    });
    call.on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const type = response.headers['content-type'] ?? '';
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode!, type, body: /json/.test(type) ? JSON.parse(text) : text });
      });
    });
    call.end(body === undefined ? undefined : sent);
  });
}
