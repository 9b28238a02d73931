import { spawn } from 'node:child_process';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { DirectoryLock } from '../../directory-lock';
import { IndexCopies } from './index-copies';
import { FailureReason, IndexesRestored, LauncherFailure, LauncherOptions } from './launcher-protocol';
import { stayOnOneProcessor } from './one-processor';
import { useWriteAheadLog } from './write-ahead-log';

/**
 * The program of the child process: holds the data directory and runs a ChromaDB server over it, the bundled one in a
 * thread of this process or `CHROMA_COMMAND` below it. It ends, and the server with it, as soon as the process that
 * forked it is gone, however that ended, and on SIGTERM. It ends by SIGKILL in every case: ChromaDB has everything
 * that it acknowledged on disk, and its own way of stopping can hang.
 */

/** What ended a moment ago may still be dying. */
const LOCK_PATIENCE_MS = 5_000;
const LOCK_RETRY_MS = 50;

let stopProgram = (): void => undefined;

function end(): void {
  stopProgram();
  process.kill(process.pid, 'SIGKILL');
}

function fail(reason: FailureReason, detail: string): void {
  const failure: LauncherFailure = { reason, detail };
  if (process.connected) process.send!(failure, end);
  else end();
}

function tell(message: IndexesRestored): void {
  if (message.restored > 0 && process.connected) process.send!(message);
}

async function holdDirectory(directory: string): Promise<DirectoryLock | undefined> {
  const deadline = Date.now() + LOCK_PATIENCE_MS;
  for (;;) {
    const lock = DirectoryLock.tryAcquire(directory);
    if (lock || Date.now() > deadline) return lock;
    await delay(LOCK_RETRY_MS);
  }
}

function runBundled(options: LauncherOptions): void {
  stayOnOneProcessor();
  const thread = new Worker(join(__dirname, `chroma-binding.worker${extname(__filename)}`), {
    workerData: options,
  });
  thread.on('message', ({ reason, detail }: LauncherFailure) => fail(reason, detail));
  thread.on('error', (error: Error) => fail('server-ended', error.message));
}

function runProgram(command: string, { directory, host, port }: LauncherOptions): void {
  const [program = '', ...words] =
    command.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', '')) ?? [];
  const flags = ['run', '--path', directory, '--host', host, '--port', String(port)];
  const child = spawn(program, [...words, ...flags], { stdio: ['ignore', 'inherit', 'inherit'] });
  stopProgram = () => child.kill('SIGKILL');
  child.on('error', (error) => fail('command-not-found', error.message));
  child.on('exit', (code, signal) => fail('server-ended', `It ended with ${signal ?? `code ${code}`}.`));
}

async function main(options: LauncherOptions): Promise<void> {
  process.on('disconnect', end);
  process.on('SIGTERM', end);
  const lock = await holdDirectory(options.directory);
  if (!lock) return fail('directory-in-use', '');
  useWriteAheadLog(options.directory);
  const restored = await new IndexCopies(options.directory).restore();
  tell({ restored: restored.length });
  if (options.command === undefined) runBundled(options);
  else runProgram(options.command, options);
  // Reachable for as long as the process lives: a collected lock would be a released one.
  process.on('exit', () => lock.release());
}

void main(JSON.parse(process.argv[2]!) as LauncherOptions).catch((error: Error) =>
  fail('server-ended', error.message),
);
