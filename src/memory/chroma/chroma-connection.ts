import { ChromaClient } from 'chromadb';
import { ChromaEndpoint } from './chroma-endpoint';
import { asBackendError, connectionProblemOf, SilentServerError } from './chroma-failure';

/** A server that answers at all does so within seconds, also when it reads a large index first. */
const TIMEOUT_MS = 30_000;

/** A request to the server that is at `url` now. Idempotent: it may be made twice. */
export type ChromaRequest<T> = (client: ChromaClient, url: string) => Promise<T>;

/**
 * The way to a ChromaDB server that may come and go. A request that finds no server, loses it or gets no answer in time
 * is made once more where the endpoint says; what fails then, or is refused, rejects with `BackendUnavailableError`.
 */
export class ChromaConnection {
  private connected?: { readonly url: string; readonly client: ChromaClient };

  constructor(
    readonly endpoint: ChromaEndpoint,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {}

  async call<T>(request: ChromaRequest<T>): Promise<T> {
    const url = await this.endpoint.url();
    try {
      return await this.inTime(request, url);
    } catch (error) {
      const problem = connectionProblemOf(error);
      if (problem === undefined) throw asBackendError(error);
      const next = await this.endpoint.recover(url, problem);
      return await this.inTime(request, next).catch((again: unknown) => {
        throw asBackendError(again);
      });
    }
  }

  private async inTime<T>(
    request: (client: ChromaClient, url: string) => Promise<T>,
    url: string,
  ): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new SilentServerError(this.timeoutMs)), this.timeoutMs);
    });
    try {
      return await Promise.race([request(this.clientAt(url), url), silence]);
    } finally {
      clearTimeout(timer);
    }
  }

  private clientAt(url: string): ChromaClient {
    if (this.connected?.url !== url) this.connected = { url, client: newClient(url, this.endpoint) };
    return this.connected.client;
  }
}

function newClient(url: string, { headers, tenant, database }: ChromaEndpoint): ChromaClient {
  const { protocol, hostname, port } = new URL(url);
  const ssl = protocol === 'https:';
  return new ChromaClient({
    host: hostname,
    port: port === '' ? (ssl ? 443 : 80) : Number(port),
    ssl,
    headers: { ...headers },
    tenant,
    database,
  });
}
