import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '../../common/startup.error';
import { BackendUnavailableError } from '../memory.errors';
import { ChromaProcess, ChromaStartError } from './chroma-process';
import { isOwnedDirectory } from './owned-directory';

/** Another program can take the free port between its choice and its use. */
const START_ATTEMPTS = 3;
const PORT_TAKEN = /^Address \S+ is not available|address already in use/i;

/** How long a request waits for a server that is being started again: a start takes 0.1 to 0.6 s. */
const PATIENCE_MS = 5_000;

/** Before the second attempt to start it again; doubles up to the longest. The first comes at once. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;
/** Having lived this long, the next death counts as the first. */
const STABLE_AFTER_MS = 30_000;

export interface ChromaServerOptions {
  /** Absolute, with our marker (`claimDirectory`). */
  readonly directory: string;
  readonly command?: string;
  readonly log: ChromaServerLog;
}

export interface ChromaServerLog {
  debug(message: string): void;
  warn(message: string): void;
}

/** The local ChromaDB server: started, watched, and started again whenever it ends unasked. */
export class ChromaServer {
  private readonly stopping = new AbortController();
  private running?: Promise<ChromaProcess>;
  private startedAt = 0;
  private deathsInARow = 0;
  private lastFailure = '';

  constructor(private readonly options: ChromaServerOptions) {}

  /** @throws StartupError that says what to do. */
  async start(): Promise<void> {
    if (!isOwnedDirectory(this.options.directory)) {
      throw new StartupError(`${this.options.directory} was not made by this service: it is not opened.`);
    }
    this.running = this.firstStart();
    await this.running;
  }

  /**
   * Where the server answers. Waits a moment while it is being started again.
   *
   * @throws BackendUnavailableError when that takes longer, or after `stop`.
   */
  async url(): Promise<string> {
    const patience = new AbortController();
    const server = await Promise.race([
      this.running?.catch(() => undefined),
      delay(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    if (server && !this.stopping.signal.aborted) return server.url;
    throw new BackendUnavailableError(
      this.stopping.signal.aborted
        ? 'The ChromaDB server has been stopped.'
        : `The ChromaDB server ended and does not start again yet. ${this.lastFailure}`.trim(),
    );
  }

  /** Ends a server that no longer answers; the next one takes its place. Resolves when the old one has ended. */
  async restart(): Promise<void> {
    const server = await this.running?.catch(() => undefined);
    await server?.stop();
  }

  /** Safe to call twice and before `start`. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const server = await this.running?.catch(() => undefined);
    await server?.ended;
  }

  private async firstStart(): Promise<ChromaProcess> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.launch();
      } catch (error) {
        if (!(error instanceof ChromaStartError)) throw error;
        const portTaken = error.output.some((line) => PORT_TAKEN.test(line));
        if (!portTaken || attempt === START_ATTEMPTS) throw this.explain(error);
      }
    }
  }

  private async launch(): Promise<ChromaProcess> {
    const server = await ChromaProcess.start({
      directory: this.options.directory,
      command: this.options.command,
      onOutput: (line) => this.options.log.debug(line),
      signal: this.stopping.signal,
    });
    this.startedAt = Date.now();
    void server.ended.then(({ detail }) => {
      if (this.stopping.signal.aborted) return;
      this.options.log.warn(`The ChromaDB server ended and is started again. ${detail}`.trim());
      this.running = this.startAgain();
      // Whoever asks for it is told; nobody may.
      this.running.catch(() => undefined);
    });
    return server;
  }

  private async startAgain(): Promise<ChromaProcess> {
    if (Date.now() - this.startedAt > STABLE_AFTER_MS) this.deathsInARow = 0;
    for (;;) {
      const backoff = this.deathsInARow === 0 ? 0 : FIRST_BACKOFF_MS * 2 ** (this.deathsInARow - 1);
      this.deathsInARow++;
      await delay(Math.min(backoff, LONGEST_BACKOFF_MS), undefined, { signal: this.stopping.signal });
      try {
        return await this.launch();
      } catch (error) {
        if (!(error instanceof ChromaStartError)) throw error;
        this.lastFailure = this.explain(error).message;
        if (!this.stopping.signal.aborted) this.options.log.warn(this.lastFailure);
      }
    }
  }

  private explain(error: ChromaStartError): StartupError {
    return new StartupError(explanationOf(error, this.options.directory), { cause: error });
  }
}

function explanationOf({ failure, output }: ChromaStartError, directory: string): string {
  switch (failure.reason) {
    case 'directory-in-use':
      return `${directory} is in use by another process: stop that one, or name another directory in CHROMA_PATH.`;
    case 'binding-does-not-load':
      return (
        `The ChromaDB server of the package chromadb does not run on this system (${failure.detail}): ` +
        'set CHROMA_URL to a running ChromaDB, CHROMA_COMMAND to a program that starts one, or DATABASE_URL to PostgreSQL.'
      );
    case 'command-not-found':
      return `CHROMA_COMMAND cannot be started (${failure.detail}).`;
    case 'server-ended':
      return [
        `The ChromaDB server over ${directory} ended before it answered.`,
        failure.detail,
        `Its last words: ${output.join(' | ') || 'none'}`,
      ]
        .filter((part) => part !== '')
        .join(' ');
  }
}
