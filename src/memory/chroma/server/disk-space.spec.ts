import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDiskSpace } from './disk-space';

describe('ensureDiskSpace', () => {
  const directory = mkdtempSync(join(tmpdir(), 'wisdom-space-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('lets a write pass that the disk has room for', async () => {
    await expect(ensureDiskSpace(directory, 1)).resolves.toBeUndefined();
  });

  it('says how much is left when there is no room', async () => {
    await expect(ensureDiskSpace(directory, 1e18)).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringMatching(/\d+ MB are left/) as string,
    });
  });

  it('is unavailable, not broken, when the directory is gone', async () => {
    await expect(ensureDiskSpace(join(directory, 'gone'), 0)).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringContaining('cannot be reached (ENOENT)') as string,
    });
  });
});
