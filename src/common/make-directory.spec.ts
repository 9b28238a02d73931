import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDirectory } from './make-directory';

describe('makeDirectory', () => {
  let base: string;
  beforeEach(() => (base = mkdtempSync(join(tmpdir(), 'wisdom-directory-'))));
  afterEach(() => rmSync(base, { recursive: true }));

  it('makes it with those it is in, and leaves it where it is', () => {
    const path = join(base, 'a', 'b', 'c');
    makeDirectory(path);
    makeDirectory(path);
    makeDirectory(`${path}/`);
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it('takes a link to a directory', () => {
    symlinkSync(base, join(base, 'link'));
    makeDirectory(join(base, 'link'));
    makeDirectory(join(base, 'link', 'inside'));
    expect(statSync(join(base, 'inside')).isDirectory()).toBe(true);
  });

  it('says why it cannot', () => {
    writeFileSync(join(base, 'file'), '');
    symlinkSync(join(base, 'nowhere'), join(base, 'broken'));
    expect(() => makeDirectory(join(base, 'file'))).toThrow('EEXIST');
    expect(() => makeDirectory(join(base, 'file', 'inside'))).toThrow('ENOTDIR');
    expect(() => makeDirectory(join(base, 'broken'))).toThrow('EEXIST');
    expect(() => makeDirectory(join(base, 'broken', 'inside'))).toThrow(/E[A-Z]+/);
  });

  (process.platform === 'linux' ? it : it.skip)('returns where the kernel lets nothing be made', () => {
    expect(() => makeDirectory('/proc/wisdom/memory')).toThrow('ENOENT');
  });
});
