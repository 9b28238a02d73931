import { ChildProcess, fork } from 'node:child_process';
import { createServer } from 'node:net';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { environmentWith } from '../../../config/child-environment';
import { IndexesRestored, LauncherFailure, LauncherOptions } from './launcher-protocol';

/** From source (tests, benchmarks) the child runs TypeScript by the flags that it inherits: scripts/run-typescript.js. */
const LAUNCHER = join(__dirname, `chroma-launcher${extname(__filename)}`);
const HOST = '127.0.0.1';

/** A start takes 0.1 to 0.6 s; a slow disk and the wait for a directory that is being let go come on top. */
const START_DEADLINE_MS = 60_000;
const HEARTBEAT_INTERVAL_MS = 20;
const HEARTBEAT_TIMEOUT_MS = 1_000;

/** For glibc's malloc: the bundled server has one processor, and threads with memory of their own take 15 MB more. */
const ONE_ARENA = { MALLOC_ARENA_MAX: '1' };

/** Lines of output that are kept to explain a failure. */
const KEPT_LINES = 12;
const ANSI_COLOURS = /\u001b\[[\d;]*m/g;
/** The server greets with its logo and dies with a backtrace. */
const NOISE = /^[\s(#]*$|^\s+(\d+:|at) |^stack backtrace:|^note: .*backtrace/;

export interface ChromaProcessOptions {
  /** Absolute. */
  readonly directory: string;
  readonly command?: string;
  /** Gets each line that the server prints. */
  readonly onOutput: (line: string) => void;
  /** Told how many vector indexes were put back from their copies. */
  readonly onRestored: (indexes: number) => void;
  /** Ends it, also while it starts. */
  readonly signal: AbortSignal;
}

/** The server did not start. */
export class ChromaStartError extends Error {
  constructor(
    readonly failure: LauncherFailure,
    /** The last lines that it printed. */
    readonly output: readonly string[],
  ) {
    super([failure.reason, failure.detail, ...output].filter((part) => part !== '').join('\n'));
  }
}

/** One life of a local ChromaDB server: from its start to its end, which may come unasked. */
export class ChromaProcess {
  /** Resolves when the process has ended, with why. */
  readonly ended: Promise<LauncherFailure>;
  readonly url: string;
  private readonly onOutput: (line: string) => void;
  private readonly output: string[] = [];
  private failure: LauncherFailure = { reason: 'server-ended', detail: '' };
  private alive = true;

  private constructor(
    private readonly child: ChildProcess,
    port: number,
    { onOutput, onRestored }: Pick<ChromaProcessOptions, 'onOutput' | 'onRestored'>,
  ) {
    this.onOutput = onOutput;
    this.url = `http://${HOST}:${port}`;
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => this.hear(line));
    }
    child.on('message', (message: LauncherFailure | IndexesRestored) => {
      if ('restored' in message) onRestored(message.restored);
      else this.failure = message;
    });
    this.ended = new Promise((resolve) => {
      const settle = (): void => {
        this.alive = false;
        resolve(this.failure);
      };
      child.once('exit', () => this.kill());
      // Its last lines and its message come before `close`.
      child.once('close', settle);
      child.once('error', () => {
        if (child.pid === undefined) settle();
      });
    });
  }

  /**
   * Starts a server on a free loopback port. Resolves when it answers.
   *
   * @throws ChromaStartError when it ends before, or does not answer in time; nothing is left running.
   */
  static async start({
    directory,
    command,
    signal,
    ...listeners
  }: ChromaProcessOptions): Promise<ChromaProcess> {
    const port = await freePort();
    const options: LauncherOptions = { directory, host: HOST, port, command };
    const child = fork(LAUNCHER, [JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C in a terminal must not end it before the service has finished its requests.
      detached: true,
      env: environmentWith(ONE_ARENA),
    });
    const server = new ChromaProcess(child, port, listeners);
    if (signal.aborted) server.kill();
    signal.addEventListener('abort', () => server.kill());
    await server.answering();
    return server;
  }

  /** Whether it answers now. */
  async hasHeartbeat(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(HEARTBEAT_TIMEOUT_MS);
      const response = await fetch(`${this.url}/api/v2/heartbeat`, { signal });
      return response.ok && this.alive;
    } catch {
      return false;
    }
  }

  /** Ends it at once; what it acknowledged is on disk. */
  async stop(): Promise<void> {
    this.kill();
    await this.ended;
  }

  /** The launcher, and what `CHROMA_COMMAND` started below it. */
  private kill(): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // Nothing is left of the group, or the system has no process groups.
      this.child.kill('SIGKILL');
    }
  }

  private hear(line: string): void {
    const text = line.replace(ANSI_COLOURS, '').trimEnd();
    if (NOISE.test(text)) return;
    this.output.push(text);
    if (this.output.length > KEPT_LINES) this.output.shift();
    this.onOutput(text);
  }

  private async answering(): Promise<void> {
    const deadline = Date.now() + START_DEADLINE_MS;
    while (this.alive && Date.now() < deadline) {
      if (await this.hasHeartbeat()) return;
      await delay(HEARTBEAT_INTERVAL_MS);
    }
    if (this.alive) {
      await this.stop();
      this.failure = {
        reason: 'server-ended',
        detail: `It did not answer within ${START_DEADLINE_MS / 1000} s.`,
      };
    }
    throw new ChromaStartError(this.failure, this.output);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
