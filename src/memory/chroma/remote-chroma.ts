import { StartupError } from '../../common/startup.error';
import { BackendUnavailableError } from '../memory.errors';
import { ChromaEndpoint, ConnectionProblem } from './chroma-endpoint';

export interface RemoteChromaOptions {
  readonly url: string;
  readonly apiKey?: string;
  readonly tenant: string;
  readonly database: string;
}

const HEARTBEAT_TIMEOUT_MS = 10_000;

/** A server that somebody else runs: `CHROMA_URL`. */
export class RemoteChroma implements ChromaEndpoint {
  readonly headers: Readonly<Record<string, string>>;
  readonly tenant: string;
  readonly database: string;
  private origin: string;
  private readonly path: string;

  constructor({ url, apiKey, tenant, database }: RemoteChromaOptions) {
    const { origin, pathname } = new URL(url);
    this.origin = origin;
    this.path = pathname;
    this.headers = apiKey === undefined ? {} : { 'x-chroma-token': apiKey };
    this.tenant = tenant;
    this.database = database;
  }

  async start(): Promise<void> {
    if (this.path !== '/') {
      throw new StartupError(
        `CHROMA_URL has the path ${this.path}: ChromaDB is reached at ${this.origin} only.`,
      );
    }
    const response = await fetch(`${this.origin}/api/v2/heartbeat`, {
      headers: this.headers,
      signal: AbortSignal.timeout(HEARTBEAT_TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw new StartupError(
        `CHROMA_URL ${this.origin} does not answer: start ChromaDB there, or name another.`,
        {
          cause,
        },
      );
    });
    // A proxy may have sent it on, to HTTPS for one: writes go there at once, since what is posted is not sent on.
    this.origin = new URL(response.url).origin;
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
  async prepareWrite(): Promise<void> {}

  /** Its disk is an affair of whoever runs it. */
  async forgetRemoved(): Promise<void> {}
}
