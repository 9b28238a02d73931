import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const REPOSITORY = resolve(__dirname, '../..');

const BUILT_SERVICE = [process.execPath, resolve(REPOSITORY, 'dist/main.js')];

/** Generous: several services may start at once on a busy machine. */
const START_MS = 60_000;

/** The built service, as a process of its own in an empty directory. */
export class ServiceProcess {
  private static readonly running = new Set<ServiceProcess>();

  private output = '';
  readonly ended: Promise<number | NodeJS.Signals>;

  private constructor(
    private readonly child: ChildProcess,
    /** Where its data is, unless its variables say otherwise. */
    readonly directory: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    ServiceProcess.running.add(this);
    this.ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  }

  /** To stand in an `afterEach` or `afterAll`: nothing outlives a test that failed. */
  static async endAll(): Promise<void> {
    for (const service of ServiceProcess.running) {
      service.killGroup();
      await service.ended;
      await rm(service.directory, { recursive: true, force: true });
    }
    ServiceProcess.running.clear();
  }

  /**
   * Starts it with these variables alone, on a free port unless they say otherwise, and with this `.env`. Resolves at
   * once.
   */
  static async spawn(environment: Record<string, string> = {}, envFile = ''): Promise<ServiceProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'wisdom-service-'));
    await writeFile(join(directory, '.env'), envFile);
    return ServiceProcess.run(BUILT_SERVICE, directory, directory, environment);
  }

  /** Starts it and resolves once it listens. */
  static async start(environment: Record<string, string> = {}): Promise<ServiceProcess> {
    const service = await ServiceProcess.spawn(environment);
    await service.url();
    return service;
  }

  /** Starts it by a command of its repository, with these variables and its data elsewhere. Resolves at once. */
  static async command(command: string, environment: Record<string, string> = {}): Promise<ServiceProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'wisdom-service-'));
    const CHROMA_PATH = join(directory, 'chroma');
    return ServiceProcess.run(command.split(' '), REPOSITORY, directory, { CHROMA_PATH, ...environment });
  }

  private static run(
    [program, ...args]: readonly string[],
    cwd: string,
    directory: string,
    environment: Record<string, string>,
  ): ServiceProcess {
    const { PATH, HOME } = process.env;
    const child = spawn(program!, args, {
      cwd,
      detached: true,
      env: { PATH, HOME, PORT: '0', ...environment },
    });
    return new ServiceProcess(child, directory);
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
      const end = this.child.exitCode ?? this.child.signalCode;
      if (end !== null) throw new Error(`The service ended with ${end}: ${this.output}`);
      await Promise.race([once(this.child.stdout!, 'data', { signal: deadline }), this.ended]);
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    this.kill('SIGTERM');
    await this.ended;
  }

  /** What npm starts outlives npm. */
  private killGroup(): void {
    try {
      process.kill(-this.child.pid!, 'SIGKILL');
    } catch {
      // All of it has ended already.
    }
  }
}
