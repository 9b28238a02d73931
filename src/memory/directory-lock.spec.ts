import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryLock } from './directory-lock';

describe('DirectoryLock', () => {
  let parent: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'directory-lock-'));
  });

  afterEach(() => rmSync(parent, { recursive: true }));

  it('lets one holder in, and the next one after it', () => {
    const directory = join(parent, 'not', 'yet', 'there');
    const first = DirectoryLock.tryAcquire(directory);
    expect(first).toBeInstanceOf(DirectoryLock);
    expect(DirectoryLock.tryAcquire(directory)).toBeUndefined();
    first!.release();
    const second = DirectoryLock.tryAcquire(directory);
    expect(second).toBeInstanceOf(DirectoryLock);
    second!.release();
  });

  it('keeps other processes out, and ends with a killed one', () => {
    const directory = join(parent, 'data');
    const killed = `
      const Database = require('libsql');
      new Database(process.argv[1]).exec('begin exclusive');
      process.kill(process.pid, 'SIGKILL');`;
    expect(() =>
      execFileSync(process.execPath, ['-e', killed, `${directory}.lock`], { stdio: 'pipe' }),
    ).toThrow();
    const lock = DirectoryLock.tryAcquire(directory);
    const attempt = `
      const Database = require('libsql');
      new Database(process.argv[1]).exec('begin exclusive');`;
    expect(() =>
      execFileSync(process.execPath, ['-e', attempt, `${directory}.lock`], { stdio: 'pipe' }),
    ).toThrow(/database is locked/);
    lock!.release();
    execFileSync(process.execPath, ['-e', attempt, `${directory}.lock`]);
  });
});
