import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendUnavailableError } from '../../memory.errors';
import { ensureDiskSpace } from './disk-space';

describe('ensureDiskSpace', () => {
  const directory = mkdtempSync(join(tmpdir(), 'wisdom-space-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('lets a write pass that the disk has room for', () => {
    expect(() => ensureDiskSpace(directory, 1)).not.toThrow();
  });

  it('says how much is left when there is no room', () => {
    expect(() => ensureDiskSpace(directory, 1e18)).toThrow(BackendUnavailableError);
    expect(() => ensureDiskSpace(directory, 1e18)).toThrow(/\d+ MB are left/);
  });

  it('is unavailable, not broken, when the directory is gone', () => {
    const gone = join(directory, 'gone');
    expect(() => ensureDiskSpace(gone, 0)).toThrow(BackendUnavailableError);
    expect(() => ensureDiskSpace(gone, 0)).toThrow('cannot be reached (ENOENT)');
  });
});
