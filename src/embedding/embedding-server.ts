import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddingOverloadedError, EmbeddingUnavailableError } from './embedding.errors';

export interface EmbeddingServerOptions {
  /** Of the server, of its `/v1`, or of the endpoint itself. */
  readonly url: string;
  readonly model: string;
  readonly apiKey?: string;
  /** Asks for vectors of so many numbers; not every server knows the parameter. */
  readonly dimensions?: number;
  readonly timeoutMs: number;
}

/** Waits before the attempts to reach a server that cannot be reached. What it has answered, or not in time, stands. */
const RETRY_MS: readonly number[] = [100, 400];

const DEFAULT_RETRY_SECONDS = 5;

/** The client of an OpenAI-compatible `/v1/embeddings` (OpenAI, Text Embeddings Inference, vLLM, Ollama). */
export class EmbeddingServer {
  private readonly url: URL;
  private readonly headers: Record<string, string>;

  constructor(private readonly options: EmbeddingServerOptions) {
    this.url = endpointOf(options.url);
    this.headers = { 'content-type': 'application/json', ...authorization(this.url, options.apiKey) };
    this.url.username = this.url.password = '';
  }

  /** Where it is, without secrets. */
  get address(): string {
    return this.url.origin + this.url.pathname;
  }

  /**
   * The vector of each text, as the server gives it.
   *
   * @throws EmbeddingOverloadedError if the server has too much to do, EmbeddingUnavailableError for all else.
   */
  async embed(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    const { model, dimensions } = this.options;
    const body = JSON.stringify({ model, input: texts, encoding_format: 'float', dimensions });
    const response = await this.post(body, RETRY_MS);
    if (!response.ok) throw refusal(response);
    const vectors = vectorsIn(await this.read(response));
    if (vectors?.length !== texts.length)
      throw new EmbeddingUnavailableError(`the embedding server did not give ${texts.length} embeddings.`);
    return vectors;
  }

  private async post(body: string, [wait, ...later]: readonly number[]): Promise<Response> {
    try {
      const signal = AbortSignal.timeout(this.options.timeoutMs);
      return await fetch(this.url, { method: 'POST', headers: this.headers, body, signal });
    } catch (cause) {
      if (wait === undefined || isTimeout(cause)) throw this.failure(cause);
    }
    await pause(wait);
    return this.post(body, later);
  }

  private async read(response: Response): Promise<unknown> {
    try {
      return await response.json();
    } catch (cause) {
      throw this.failure(cause);
    }
  }

  private failure(cause: unknown): EmbeddingUnavailableError {
    const reason = isTimeout(cause)
      ? `gives no answer within ${this.options.timeoutMs / 1000} s`
      : cause instanceof SyntaxError
        ? 'does not answer in JSON'
        : 'cannot be reached';
    return new EmbeddingUnavailableError(`the embedding server ${reason}.`, { cause });
  }
}

function endpointOf(url: string): URL {
  const endpoint = new URL(url);
  const path = endpoint.pathname.replace(/\/+$/, '');
  if (path.endsWith('/embeddings')) endpoint.pathname = path;
  else endpoint.pathname = path.endsWith('/v1') ? `${path}/embeddings` : `${path}/v1/embeddings`;
  return endpoint;
}

function authorization({ username, password }: URL, apiKey?: string): Record<string, string> {
  if (apiKey !== undefined) return { authorization: `Bearer ${apiKey}` };
  if (username === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** What the server says about it is left out: some repeat the texts. */
function refusal({ status, headers }: Response): EmbeddingOverloadedError | EmbeddingUnavailableError {
  switch (status) {
    case 429:
    case 503:
      return new EmbeddingOverloadedError(Number(headers.get('retry-after')) || DEFAULT_RETRY_SECONDS);
    case 401:
    case 403:
      return new EmbeddingUnavailableError(`the embedding server refuses EMBEDDING_API_KEY (${status}).`);
    case 404:
      return new EmbeddingUnavailableError('the embedding server knows no such model or address (404).');
    default:
      return new EmbeddingUnavailableError(`the embedding server answers ${status}.`);
  }
}

/** In the order of the texts: `index` says which, and servers may answer in any order. */
function vectorsIn(answer: unknown): number[][] | undefined {
  const { data } = answer as { data?: { index: number; embedding: number[] }[] };
  if (!Array.isArray(data) || !data.every(({ embedding }) => Array.isArray(embedding))) return undefined;
  return data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
}

function isTimeout(cause: unknown): boolean {
  return (cause as { name?: unknown }).name === 'TimeoutError';
}
