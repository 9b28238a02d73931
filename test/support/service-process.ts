import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const MAIN = resolve(__dirname, '../../dist/main.js');

/** Generous: several services may start at once on a busy machine. */
const START_MS = 60_000;

/** The built service, as a process of its own in an empty directory. */
export class ServiceProcess {
  private output = '';
  readonly ended: Promise<number | NodeJS.Signals>;

  private constructor(
    private readonly child: ChildProcess,
    readonly directory: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  }

  /** Starts it with these variables alone, on a free port unless they say otherwise. Resolves at once. */
  static async spawn(environment: Record<string, string> = {}): Promise<ServiceProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'wisdom-service-'));
    const env = { PATH: process.env.PATH, PORT: '0', ...environment };
    return new ServiceProcess(spawn(process.execPath, [MAIN], { cwd: directory, env }), directory);
  }

  /** Starts it and resolves once it listens. */
  static async start(environment: Record<string, string> = {}): Promise<ServiceProcess> {
    const service = await ServiceProcess.spawn(environment);
    await service.url();
    return service;
  }

  /** Everything that it has printed. */
  get printed(): string {
    return this.output;
  }

  /** Each line of its log, read as JSON. */
  get log(): Record<string, unknown>[] {
    const lines = this.output.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Where it listens, once it does; rejects with what it printed if it ends before. */
  async url(): Promise<string> {
    const deadline = AbortSignal.timeout(START_MS);
    for (;;) {
      const url = /listens at (http:\/\/[^\s,]+)/.exec(this.output)?.[1];
      if (url !== undefined) return url;
      if (this.child.exitCode !== null) throw new Error(`The service ended: ${this.output}`);
      await Promise.race([once(this.child.stdout!, 'data', { signal: deadline }), this.ended]);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it in order and removes its directory. */
  async stop(): Promise<void> {
    this.kill('SIGTERM');
    await this.ended;
    await rm(this.directory, { recursive: true, force: true });
  }
}
