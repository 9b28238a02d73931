import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const SCRIPT = join(__dirname, '../../scripts/test-postgres.sh');

/** A PostgreSQL server of a test's own, for what a shared one cannot take: restarts, new roles, settings. */
export class ThrowawayServer {
  private constructor(
    private readonly directory: string,
    /** Of its superuser; the same from start to start. */
    readonly url: string,
    private readonly settings: readonly string[],
  ) {}

  /** @param settings of the server, as its command line takes them: `-c`, `shared_buffers=1GB`. */
  static async start(...settings: readonly string[]): Promise<ThrowawayServer> {
    const directory = await mkdtemp(join(tmpdir(), 'wm-postgres-'));
    return new ThrowawayServer(directory, await run('start', directory, ...settings), settings);
  }

  /** A streaming standby of it, which is read-only. To be removed before it. */
  async standby(): Promise<ThrowawayServer> {
    const directory = await mkdtemp(join(tmpdir(), 'wm-standby-'));
    await run('standby', directory, this.url);
    return new ThrowawayServer(directory, await run('start', directory, ...this.settings), this.settings);
  }

  async startAgain(): Promise<void> {
    await run('start', this.directory, ...this.settings);
  }

  /** @param mode `immediate` is what a crash is to it; `fast` ends what is under way. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    await run('stop', this.directory, mode);
  }

  async remove(): Promise<void> {
    await run('remove', this.directory);
  }
}

async function run(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(SCRIPT, args);
  return stdout.trim();
}
