import { StartupError } from '../../common/startup.error';
import { BackendUnavailableError } from '../memory.errors';
import { ChromaEndpoint, ConnectionProblem } from './chroma-endpoint';

export interface RemoteChromaOptions {
  /** Without a path. */
  readonly url: string;
  readonly apiKey?: string;
  readonly tenant: string;
  readonly database: string;
}

/** A server that somebody else runs: `CHROMA_URL`. */
export class RemoteChroma implements ChromaEndpoint {
  readonly headers: Readonly<Record<string, string>>;
  readonly tenant: string;
  readonly database: string;
  private readonly origin: string;

  constructor({ url, apiKey, tenant, database }: RemoteChromaOptions) {
    this.origin = new URL(url).origin;
    this.headers = apiKey === undefined ? {} : { 'x-chroma-token': apiKey };
    this.tenant = tenant;
    this.database = database;
  }

  async start(): Promise<void> {
    const heartbeat = `${this.origin}/api/v2/heartbeat`;
    const response = await fetch(heartbeat, { headers: this.headers }).catch((cause: unknown) => {
      throw new StartupError(
        `CHROMA_URL ${this.origin} does not answer: start ChromaDB there, or name another.`,
        {
          cause,
        },
      );
    });
    if (response.ok) return;
    throw new StartupError(
      `CHROMA_URL ${this.origin} answers its heartbeat with ${response.status}: it takes ChromaDB 0.6 or newer, ` +
        'and CHROMA_API_KEY where it asks for one.',
    );
  }

  async stop(): Promise<void> {}

  async url(): Promise<string> {
    return this.origin;
  }

  async recover(failed: string, problem: ConnectionProblem): Promise<string> {
    // Kept connections that the other side has closed break on their next use.
    if (problem === 'lost') return failed;
    throw new BackendUnavailableError(`ChromaDB at ${this.origin} does not answer.`);
  }

  /** Its disk is out of sight. */
  async ensureSpace(): Promise<void> {}
}
