import { exchange } from './exchange';
import { residentBytesOf } from './resident';
import { ServiceProcess } from '../test/support/service-process';

/** The API of a running service, as a client sees it. */
export class Api {
  constructor(
    private readonly url: string,
    private readonly service?: ServiceProcess,
    private readonly key?: string,
  ) {}

  /** The same, by a key. */
  by(key: string): Api {
    return new Api(this.url, this.service, key);
  }

  /** Rejects with what the service answered unless that is a success. */
  post<T>(path: string, body: object): Promise<T> {
    return this.call<T>('POST', `/${path}`, body);
  }

  /** Stores a batch of memories that have nothing but a text. */
  storeTexts(contents: readonly string[], userId?: number): Promise<unknown> {
    return this.post('store/batch', { memories: contents.map((content) => ({ content })), user_id: userId });
  }

  /** Like `post`, for a list by its query string. */
  list<T>(query: string): Promise<T> {
    return this.call<T>('GET', `?${query}`);
  }

  /** Milliseconds that the service's event loop was late by, since this was asked before: the 99th percentile. */
  async eventLoopP99(): Promise<number> {
    const { text } = await exchange(`${this.url}/metrics`, 'GET', {});
    return Number(/^nodejs_eventloop_lag_p99_seconds (\S+)$/m.exec(text)![1]) * 1_000;
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(this.key === undefined ? {} : { authorization: `Bearer ${this.key}` }),
    };
    const url = `${this.url}/api/memory${path}`;
    const { status, text } = await exchange(url, method, headers, body && JSON.stringify(body));
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return JSON.parse(text) as T;
  }

  /** Of a service that was started here. */
  get pid(): number | undefined {
    return this.service?.pid;
  }

  /** What a service that was started here has resident, with its children; undefined of another. */
  get residentBytes(): number | undefined {
    return this.service && residentBytesOf(this.service.pid);
  }
}

/** Works with the service at `url`; without one, with one that is started over an empty directory and ended after. */
export async function withService<T>(
  url: string | undefined,
  environment: Record<string, string>,
  work: (api: Api) => Promise<T>,
): Promise<T> {
  if (url !== undefined) return work(new Api(url));
  const service = await ServiceProcess.start({ MEMORY_BACKEND: 'chromadb', ...environment });
  try {
    return await work(new Api(await service.url(), service));
  } finally {
    await service.stop();
  }
}
