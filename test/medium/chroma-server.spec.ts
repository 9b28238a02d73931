import { ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { StartupError } from '../../src/common/startup.error';
import { ChromaServer } from '../../src/memory/chroma/server/chroma-server';
import { claimDirectory } from '../../src/memory/chroma/server/owned-directory';
import { BackendUnavailableError } from '../../src/memory/memory.errors';
import { processesWith, until } from '../support/processes';

const REQUIRE_TYPESCRIPT = ['--require', resolve('scripts/run-typescript.js')];

jest.setTimeout(60_000);

describe('ChromaServer', () => {
  let parent: string;
  let directory: string;
  const servers: ChromaServer[] = [];
  const warnings: string[] = [];

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'chroma-server-'));
    directory = join(parent, 'chroma');
    warnings.length = 0;
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    expect(processesWith(parent)).toEqual([]);
    rmSync(parent, { recursive: true });
  });

  function serverOver(path: string, command?: string): ChromaServer {
    const log = { debug: () => undefined, warn: (message: string) => warnings.push(message) };
    const server = new ChromaServer({ directory: path, command, log });
    servers.push(server);
    return server;
  }

  async function started(command?: string): Promise<ChromaServer> {
    const server = serverOver(directory, command);
    await server.start();
    return server;
  }

  async function answers(url: string): Promise<boolean> {
    try {
      return (await fetch(`${url}/api/v2/heartbeat`)).ok;
    } catch {
      return false;
    }
  }

  /** Resolves with where it serves. */
  async function firstLine(child: ChildProcess): Promise<string> {
    const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    return line;
  }

  /** The different lists of processors that the threads of a process may use. */
  function processorsOfThreads(pid: number): string[] {
    const lists = readdirSync(`/proc/${pid}/task`).map((thread) => {
      const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
      return /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)![1]!;
    });
    return [...new Set(lists)];
  }

  it('serves until it is stopped', async () => {
    const server = await started();
    const url = await server.url();
    expect(await answers(url)).toBe(true);
    await server.stop();
    expect(await answers(url)).toBe(false);
    await expect(server.url()).rejects.toBeInstanceOf(BackendUnavailableError);
    expect(readdirSync(directory)).toEqual(['chroma.sqlite3', 'wisdom-memory.json']);
    await server.stop();
  });

  it('can be stopped while it starts', async () => {
    const server = serverOver(directory);
    const starting = server.start();
    const refused = expect(starting).rejects.toBeInstanceOf(StartupError);
    await until('a process', () => processesWith(directory).length > 0);
    await server.stop();
    await refused;
  });

  it('is there again after its process was killed, every time', async () => {
    const server = await started();
    for (let times = 1; times <= 3; times++) {
      const [pid] = processesWith(directory);
      process.kill(pid!, 'SIGKILL');
      await until('a warning', () => warnings.length === times);
      await until('an answer', async () => answers(await server.url().catch(() => 'nowhere yet')));
    }
  });

  it('ends when its process gets a SIGTERM', async () => {
    const server = await started();
    const [pid] = processesWith(directory);
    process.kill(pid!, 'SIGTERM');
    await until('its end', () => !processesWith(directory).includes(pid!));
    await server.stop();
  });

  it('takes the place of one that no longer answers', async () => {
    const server = await started();
    const [pid] = processesWith(directory);
    const url = await server.url();
    process.kill(pid!, 'SIGSTOP');
    let next = url;
    // Whoever waits for it is patient for some seconds only.
    await until('the next', async () => {
      next = await server.recover(url, 'silent').catch(() => url);
      return next !== url;
    });
    expect(await answers(next)).toBe(true);
    expect(warnings).toHaveLength(1);
    expect(await server.recover(next, 'lost')).toBe(next);
  });

  const canBeKept = existsSync('/proc/self/status') && spawnSync('taskset', ['-V']).status === 0;
  (canBeKept ? it : it.skip)('keeps the bundled server on one processor, and nothing else', async () => {
    const before = processorsOfThreads(process.pid);
    await started();
    const [pid] = processesWith(directory);
    expect(processorsOfThreads(pid!)).toEqual([expect.stringMatching(/^\d+$/)]);
    expect(processorsOfThreads(process.pid)).toEqual(before);
  });

  it('ends with a killed parent, and the next one gets the directory', async () => {
    const script = resolve('test/support/chroma-parent.ts');
    const owner = spawn(process.execPath, [...REQUIRE_TYPESCRIPT, script, directory]);
    const url = await firstLine(owner);
    expect(await answers(url)).toBe(true);
    owner.kill('SIGKILL');
    const next = serverOver(directory);
    await Promise.all([until('no answer any more', async () => !(await answers(url))), next.start()]);
    expect(await answers(await next.url())).toBe(true);
  });

  it('does not share its directory', async () => {
    await started();
    const second = serverOver(directory);
    await expect(second.start()).rejects.toThrow(/in use by another process.*CHROMA_PATH/);
  });

  it('opens no directory that is not ours', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'chroma.sqlite3'), '');
    await expect(serverOver(directory).start()).rejects.toThrow(
      /holds chroma.sqlite3 and was not made by this service/,
    );
    expect(existsSync(`${directory}.lock`)).toBe(false);
  });

  it('opens no directory of ours that has lost its database', async () => {
    claimDirectory(directory);
    claimDirectory(directory);
    mkdirSync(join(directory, 'd4f67a82-6aee-417e-8f5c-5f28875196d6'));
    await expect(serverOver(directory).start()).rejects.toThrow(
      /its chroma.sqlite3 is gone: restore the directory/,
    );
    expect(existsSync(join(directory, 'chroma.sqlite3'))).toBe(false);
  });

  it('says that a directory cannot be made', () => {
    writeFileSync(join(parent, 'file'), '');
    expect(() => claimDirectory(join(parent, 'file', 'chroma'))).toThrow(
      /cannot be made, read or written \(ENOTDIR\)/,
    );
  });

  it('says how a server over a damaged directory ended', async () => {
    claimDirectory(directory);
    writeFileSync(
      join(directory, 'chroma.sqlite3'),
      'not a database, but long enough to be looked at '.repeat(9),
    );
    await expect(serverOver(directory).start()).rejects.toThrow(
      /ended before it answered.*not a database.*restore it from a backup/s,
    );
  });

  it('runs another program', async () => {
    const server = await started(`"${process.execPath}" ${resolve('node_modules/.bin/chroma')}`);
    expect(await answers(await server.url())).toBe(true);
    await server.stop();
    expect(processesWith(directory)).toEqual([]);
  });

  it('says that the other program is not there', async () => {
    await expect(started('no-such-program run')).rejects.toThrow(/CHROMA_COMMAND cannot be started.*ENOENT/);
  });

  it('notices that its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    claimDirectory(directory);
    const options = JSON.stringify({ directory, host: '127.0.0.1', port });
    const launcher = fork(resolve('src/memory/chroma/server/chroma-launcher.ts'), [options], {
      execArgv: REQUIRE_TYPESCRIPT,
      silent: true,
    });
    let output = '';
    launcher.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    let failure: unknown;
    launcher.on('message', (message) => (failure = message));
    await once(launcher, 'close');
    taken.close();
    expect(failure).toEqual({ reason: 'server-ended', detail: '' });
    expect(output).toContain(`Address 127.0.0.1:${port} is not available`);
  });
});
