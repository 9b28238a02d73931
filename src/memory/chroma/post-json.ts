import http, { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { ChromaConnectionError } from 'chromadb';

/** What a server answered, whether it did what was asked or not. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/**
 * Posts JSON over connections that are kept. `fetch` does the same in 1 ms more, a tenth of what ChromaDB takes to store
 * a record (measured: 9.4 and 8.3 ms).
 *
 * @throws ChromaConnectionError when there is no connection or it breaks.
 */
export async function postJson(url: string, headers: OutgoingHttpHeaders, json: Buffer): Promise<Answer> {
  try {
    const response = await responseTo(url, headers, json);
    return { status: response.statusCode!, text: await text(response) };
  } catch (cause) {
    throw new ChromaConnectionError('The connection failed.', cause);
  }
}

function responseTo(url: string, headers: OutgoingHttpHeaders, json: Buffer): Promise<IncomingMessage> {
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': json.length,
      },
    });
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end(json);
  });
}
