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
    return this.call<T>(`/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** The same for a list by its query string. */
  list<T>(query: string): Promise<T> {
    return this.call<T>(`?${query}`, { method: 'GET' });
  }

  private async call<T>(path: string, init: RequestInit): Promise<T> {
    const headers = new Headers(init.headers);
    if (this.key !== undefined) headers.set('authorization', `Bearer ${this.key}`);
    const response = await fetch(`${this.url}/api/memory${path}`, { ...init, headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return JSON.parse(text) as T;
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
