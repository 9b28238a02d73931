import { open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeDirectory } from '../common/make-directory';
import { StartupError } from '../common/startup.error';
import { DirectoryLock } from '../memory/directory-lock';
import { KeysDocument, NO_KEYS, readDocument, writeDocument } from './keys-document';

/** Writes take milliseconds; whoever holds the lock longer does not work. */
const LONGEST_WAIT_MS = 10_000;

const RETRY_MS = 20;

/** Only the service's own user may read who has keys, and above all write them. */
const MODE = 0o600;

/** One file that several processes read and write. Whoever reads sees it as one of them left it, never half of it. */
export class KeysFile {
  private read?: { readonly version: string; readonly document: KeysDocument };

  constructor(private readonly path: string) {}

  /** As it is now; empty where there is none. Read only if it has changed since. */
  async current(): Promise<KeysDocument> {
    try {
      const version = await versionOf(this.path);
      if (version === undefined) return NO_KEYS;
      // Should it change between the two, the next call reads it again.
      if (this.read?.version !== version)
        this.read = { version, document: readDocument(await readFile(this.path, 'utf8')) };
      return this.read.document;
    } catch (error) {
      throw unusable(this.path, 'read', error);
    }
  }

  /**
   * Replaces it by what `change` makes of it, with nobody else writing in between. What is equal is not written.
   *
   * @throws whatever `change` throws; nothing is changed then.
   */
  async update<T>(
    change: (document: KeysDocument) => { readonly document: KeysDocument; readonly result: T },
  ): Promise<T> {
    const lock = await this.lock();
    try {
      const before = await this.current();
      const { document, result } = change(before);
      if (document !== before) await this.write(document);
      return result;
    } finally {
      lock.release();
    }
  }

  /** The kernel's lock, between processes and between calls of this one. */
  private async lock(): Promise<DirectoryLock> {
    const deadline = performance.now() + LONGEST_WAIT_MS;
    for (;;) {
      const lock = this.tryLock();
      if (lock) return lock;
      if (performance.now() > deadline)
        throw new StartupError(`Another process has held ${this.path}.lock for ten seconds: end it.`);
      await delay(RETRY_MS);
    }
  }

  private tryLock(): DirectoryLock | undefined {
    try {
      return DirectoryLock.tryAcquire(this.path);
    } catch (error) {
      throw unusable(this.path, 'locked', error);
    }
  }

  /** Written whole beside it, then put in its place: after a crash it is the earlier or the later, never a part. */
  private async write(document: KeysDocument): Promise<void> {
    const beside = `${this.path}.new`;
    try {
      makeDirectory(dirname(this.path));
      const file = await open(beside, 'w', MODE);
      try {
        // One left over from a crash keeps the mode it had.
        await file.chmod(MODE);
        await file.writeFile(writeDocument(document));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, this.path);
      await syncDirectory(dirname(this.path));
    } catch (error) {
      throw unusable(this.path, 'written', error);
    }
  }
}

/** The new name must survive a crash of the machine too. Windows has no way to do it, and no need. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Tells a file from any that was in its place before; undefined where there is none. */
async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function unusable(path: string, verb: string, cause: unknown): StartupError {
  const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
  return new StartupError(
    `The file of users and keys, ${path}, cannot be ${verb} (${why}): restore it from a backup, give the service the ` +
      'right to it, or name another by KEYS_FILE.',
    { cause },
  );
}
