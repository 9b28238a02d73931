import { Agent, request as requestHttp } from 'node:http';
import { Agent as SecureAgent, request as requestHttps } from 'node:https';

/** What was answered. */
export interface Exchanged {
  readonly status: number;
  readonly text: string;
}

/** Connections are kept, as clients keep them. */
const PLAIN = { request: requestHttp, agent: new Agent({ keepAlive: true }) };
const SECURE = { request: requestHttps, agent: new SecureAgent({ keepAlive: true }) };

/**
 * One request and its answer. Not by `fetch`: of an exchange of 10 KB with a server that does nothing else it takes 1.3 to 1.7 ms
 * where this takes 0.6 to 1.0, and what a client takes for itself would be measured as the service's.
 */
export function exchange(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>> = {},
  body?: string,
): Promise<Exchanged> {
  const { request, agent } = url.startsWith('https:') ? SECURE : PLAIN;
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = request(url, { method, agent, headers: { ...headers, ...length } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, text: Buffer.concat(parts).toString('utf8') }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
