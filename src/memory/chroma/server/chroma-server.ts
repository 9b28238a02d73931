import { setTimeout as delay } from 'node:timers/promises';
import { StartupError } from '../../../common/startup.error';
import { DirectoryLock } from '../../directory-lock';
import { BackendUnavailableError } from '../../memory.errors';
import { ChromaEndpoint, ConnectionProblem, PlannedWrite } from '../chroma-endpoint';
import { ChromaProcess, ChromaStartError } from './chroma-process';
import { ensureDiskSpace } from './disk-space';
import { IndexSafeguard } from './index-safeguard';
import { claimDirectory } from './owned-directory';
import { removeOrphanedIndexes } from './orphaned-indexes';
import { useWriteAheadLog } from './write-ahead-log';

/** Another program can take the free port between its choice and its use. */
const START_ATTEMPTS = 3;
const PORT_TAKEN = /^Address \S+ is not available|address already in use/i;

/** How long a request waits for a server that is being started again: a start takes 0.1 to 0.6 s. */
const PATIENCE_MS = 5_000;

/** Before the second attempt to start it again; doubles up to the longest. The first comes at once. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;
/** How often to look whether a server that refused a connection is gone or was only busy. */
const RECOVERY_INTERVAL_MS = 20;
/** Having lived this long, the next death counts as the first. */
const STABLE_AFTER_MS = 30_000;

export interface ChromaServerOptions {
  /** Absolute. Ours, empty or not there yet: others are not opened (`claimDirectory`). */
  readonly directory: string;
  readonly command?: string;
  /** Other than `RECORDS_PER_SYNC`, for tests. */
  readonly recordsPerSync?: number;
  readonly log: ChromaServerLog;
}

export interface ChromaServerLog {
  debug(message: string): void;
  warn(message: string): void;
}

/**
 * The server reads again with each write what came since it last wrote the index, 0.03 ms a record: after its default of
 * 1,000 a store takes 42 ms instead of 7 (docs/adr/0014-copies-of-the-vector-index.md).
 */
export const RECORDS_PER_SYNC = 50;

/** The local ChromaDB server: started, watched, and started again whenever it ends unasked. */
export class ChromaServer implements ChromaEndpoint {
  readonly headers = {};
  readonly tenant = 'default_tenant';
  readonly database = 'default_database';
  readonly recordsPerSync: number;
  private readonly safeguard: IndexSafeguard;
  private readonly stopping = new AbortController();
  private running?: Promise<ChromaProcess>;
  /** What `running` came to, while it lives: every request asks for it, and waiting costs each 0.2 ms. */
  private living?: ChromaProcess;
  private startedAt = 0;
  private deathsInARow = 0;
  private lastFailure = '';

  constructor(private readonly options: ChromaServerOptions) {
    this.recordsPerSync = options.recordsPerSync ?? RECORDS_PER_SYNC;
    this.safeguard = new IndexSafeguard(options.directory, this.recordsPerSync);
  }

  /** @throws StartupError that says what to do. */
  async start(): Promise<void> {
    claimDirectory(this.options.directory);
    this.running = this.firstStart();
    await this.running;
  }

  /**
   * Where the server answers. Waits a moment while it is being started again.
   *
   * @throws BackendUnavailableError when that takes longer, or after `stop`.
   */
  async url(): Promise<string> {
    const server = this.living ?? (await this.nextServer());
    if (server && !this.stopping.signal.aborted) return server.url;
    throw new BackendUnavailableError(
      this.stopping.signal.aborted
        ? 'The ChromaDB server has been stopped.'
        : `The ChromaDB server ended and does not start again yet. ${this.lastFailure}`.trim(),
    );
  }

  /** Undefined when there is none in time. */
  private async nextServer(): Promise<ChromaProcess | undefined> {
    const patience = new AbortController();
    const server = await Promise.race([
      this.running?.catch(() => undefined),
      delay(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    return server;
  }

  /** One that is silent is ended, and the next takes its place: a full disk leaves it waiting forever, for one. */
  async recover(failed: string, problem: ConnectionProblem): Promise<string> {
    const server = await this.running?.catch(() => undefined);
    if (problem === 'silent' && server?.url === failed) await server.stop();
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const url = await this.url();
      const current = await this.running;
      if (url !== failed || (await current?.hasHeartbeat()) || Date.now() > deadline) return url;
      await delay(RECOVERY_INTERVAL_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  async prepareWrite({ records, bytes }: PlannedWrite): Promise<void> {
    await this.safeguard.beforeWrite(records);
    ensureDiskSpace(this.options.directory, bytes);
  }

  /** What cannot be removed is told, and tried again the next time. */
  async forgetRemoved(): Promise<void> {
    const { directory, log } = this.options;
    await this.safeguard.idle();
    try {
      removeOrphanedIndexes(directory);
    } catch (error) {
      log.warn(`The vectors of a removed collection are still in ${directory}: ${(error as Error).message}`);
    }
  }

  /** Safe to call twice and before `start`. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const server = await this.running?.catch(() => undefined);
    await server?.ended;
    await this.safeguard.idle();
    if (server) this.tidyUp();
  }

  /** Leaves one database file, complete, for whoever looks at the directory or copies it. The next start could do it too. */
  private tidyUp(): void {
    const lock = DirectoryLock.tryAcquire(this.options.directory);
    if (!lock) return;
    try {
      useWriteAheadLog(this.options.directory);
    } catch (error) {
      this.options.log.warn(`${this.options.directory} was not tidied up: ${(error as Error).message}`);
    } finally {
      lock.release();
    }
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
    // Opening brings the vector index up to date, which must not happen on a full disk.
    try {
      ensureDiskSpace(this.options.directory, 0);
    } catch (error) {
      throw new ChromaStartError({ reason: 'disk-full', detail: (error as Error).message }, []);
    }
    const server = await ChromaProcess.start({
      directory: this.options.directory,
      command: this.options.command,
      onOutput: (line) => this.options.log.debug(line),
      onRestored: (indexes) =>
        this.options.log.warn(
          `ChromaDB ended while it wrote its vector index: ${indexes} of ${this.options.directory} were put back from ` +
            'their copies. Nothing is lost; what came since follows from its queue.',
        ),
      signal: this.stopping.signal,
    });
    this.startedAt = Date.now();
    this.living = server;
    void server.ended.then(({ detail }) => {
      this.living = undefined;
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
    case 'disk-full':
      return failure.detail;
    case 'command-not-found':
      return `CHROMA_COMMAND cannot be started (${failure.detail}).`;
    case 'server-ended':
      return [
        `The ChromaDB server over ${directory} ended before it answered.`,
        failure.detail && `${failure.detail.trim()}.`,
        output.length > 0 ? `Its last words: ${output.join(' | ')}.` : '',
        'If the directory is damaged, restore it from a backup.',
      ]
        .filter((part) => part !== '')
        .join(' ');
  }
}
