import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileKeyStore } from '../../src/auth/file-key-store';
import { describeKeyStore } from './key-store.contract';

describeKeyStore('in a file', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'keys-'));
  const path = join(directory, 'not there yet', 'keys.json');
  const close = async () => rmSync(directory, { recursive: true });
  return { store: new FileKeyStore(path), other: new FileKeyStore(path), close };
});
