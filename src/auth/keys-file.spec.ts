import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../common/startup.error';
import { NO_KEYS } from './keys-document';
import { KeysFile } from './keys-file';

const ANA = { id: 7, name: 'Ana', createdAt: new Date('2026-03-01T12:00:00.000Z') };

describe('KeysFile', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'keys-file-'));
    path = join(directory, 'keys.json');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const withAna = () => ({ document: { ...NO_KEYS, users: [ANA] }, result: undefined });

  it('is empty until something is written', async () => {
    expect(await new KeysFile(path).current()).toEqual(NO_KEYS);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is for its own user alone, whatever was left over from a crash', async () => {
    writeFileSync(`${path}.new`, 'half a docu');
    chmodSync(`${path}.new`, 0o666);
    await new KeysFile(path).update(withAna);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).sort()).toEqual(['keys.json', 'keys.json.lock']);
  });

  it('is not written where nothing changes', async () => {
    const file = new KeysFile(path);
    await file.update(withAna);
    const { ino } = statSync(path);
    await file.update((document) => ({ document, result: undefined }));
    expect(statSync(path).ino).toBe(ino);
  });

  it('stays as it was when a change is refused, and can be changed afterwards', async () => {
    const file = new KeysFile(path);
    const refuse = () => {
      throw new Error('no');
    };
    await expect(file.update(refuse)).rejects.toThrow('no');
    await file.update(withAna);
    expect((await file.current()).users).toEqual([ANA]);
  });

  it('is read again once another wrote it', async () => {
    const reader = new KeysFile(path);
    await reader.update(withAna);
    await new KeysFile(path).update(() => ({ document: NO_KEYS, result: undefined }));
    expect(await reader.current()).toEqual(NO_KEYS);
  });

  it.each([
    ['half of one', '{"format":1,"users":['],
    ['of a later version', '{"format":2,"users":[],"keys":[],"leaving":[]}'],
    ['something else', '[]'],
    ['without its lists', '{"format":1}'],
  ])('is refused when it is %s, and not overwritten', async (_what, text) => {
    writeFileSync(path, text);
    const file = new KeysFile(path);
    await expect(file.current()).rejects.toThrow(StartupError);
    await expect(file.update(withAna)).rejects.toThrow(
      /keys\.json, cannot be read .*: restore it from a backup/,
    );
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('does not take an unreadable end of a key for none', async () => {
    await new KeysFile(path).update(() => ({
      document: {
        ...NO_KEYS,
        keys: [
          {
            ...{ prefix: 'p', hash: Buffer.alloc(32), name: '', userId: 7, project: null, scopes: ['read'] },
            ...{ createdAt: ANA.createdAt, expiresAt: ANA.createdAt, lastUsedAt: null, revokedAt: null },
          },
        ],
      },
      result: undefined,
    }));
    const text = readFileSync(path, 'utf8');
    for (const broken of [
      text.replace(/"expires_at": "[^"]*"/, '"expires_at": "soon"'),
      text.replace(/ *"expires_at": "[^"]*",\n/, ''),
      text.replace(/"revoked_at": null/, '"revoked": null'),
      text.replace(/"sha256": "00/, '"sha256": "'),
    ]) {
      expect(broken).not.toBe(text);
      writeFileSync(path, broken);
      await expect(new KeysFile(path).current()).rejects.toThrow(StartupError);
    }
  });
});
