import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChromaTooOldError,
  DirectoryChangedError,
  DirectoryInUseError,
  NotAChromaDirectoryError,
  NotADirectoryError,
  UnreadableDirectoryError,
} from './chroma-directory.errors';

/** ChromaDB's database, since 0.4. */
export const DATABASE_FILE = 'chroma.sqlite3';
/** SQLite keeps here what is not yet, or not surely, in the database itself. */
const PENDING_FILES = [`${DATABASE_FILE}-journal`, `${DATABASE_FILE}-wal`];
const ATTEMPTS_TO_COPY = 10;

/** The files of a ChromaDB directory, looked at without touching them. */
export class SourceFiles {
  private constructor(readonly path: string) {}

  /** @throws ChromaDirectoryError when it is no directory of ChromaDB 0.4 or newer. */
  static find(path: string): SourceFiles {
    const names = namesIn(path);
    if (names.includes(DATABASE_FILE)) {
      if (sizeOf(join(path, DATABASE_FILE)) > 0) return new SourceFiles(path);
      throw new NotAChromaDirectoryError(path, `its ${DATABASE_FILE} is empty`);
    }
    if (names.includes('chroma-collections.parquet')) throw new ChromaTooOldError(path);
    throw new NotAChromaDirectoryError(
      path,
      names.length === 0 ? 'it is empty' : `it holds no ${DATABASE_FILE}`,
    );
  }

  get database(): string {
    return join(this.path, DATABASE_FILE);
  }

  /** Whether SQLite has unfinished business beside the database. */
  hasUnfinished(): boolean {
    return this.unfinished() !== undefined;
  }

  /** @throws DirectoryInUseError when it has. */
  refuseUnfinished(): void {
    const name = this.unfinished();
    if (name !== undefined) throw new DirectoryInUseError(this.path, `${name} has content`);
  }

  /** Bytes 18 and 19 of a database are 2 when it is in WAL mode. */
  isInWalMode(): boolean {
    const descriptor = openSync(this.database, 'r');
    try {
      const versions = Buffer.alloc(2);
      readSync(descriptor, versions, 0, 2, 18);
      return versions[0] === 2 || versions[1] === 2;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Sizes and times of everything that is read; differs when anyone wrote to it. */
  state(): string {
    const names = ['.', DATABASE_FILE, ...PENDING_FILES, ...this.indexFiles()];
    return names.map((name) => `${name} ${versionOf(join(this.path, name))}`).join('\n');
  }

  /** A copy of the database and what SQLite keeps beside it, of one moment, in a folder of its own. */
  copyDatabase(): { readonly file: string; readonly remove: () => void } {
    const folder = mkdtempSync(join(tmpdir(), 'wisdom-chroma-'));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    for (let attempt = 0; attempt < ATTEMPTS_TO_COPY; attempt++) {
      const before = this.state();
      for (const name of [DATABASE_FILE, ...PENDING_FILES]) {
        rmSync(join(folder, name), { force: true });
        if (sizeOf(join(this.path, name)) > 0) copyFileSync(join(this.path, name), join(folder, name));
      }
      if (this.state() === before) return { file: join(folder, DATABASE_FILE), remove };
    }
    remove();
    throw new DirectoryChangedError(this.path);
  }

  private unfinished(): string | undefined {
    return PENDING_FILES.find((name) => sizeOf(join(this.path, name)) > 0);
  }

  private indexFiles(): string[] {
    return readdirSync(this.path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => readdirSync(join(this.path, name)).map((file) => join(name, file)))
      .sort();
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOENT':
        throw new NotADirectoryError(path, 'nothing');
      case 'ENOTDIR':
        throw new NotADirectoryError(path, 'a file');
      default:
        throw new UnreadableDirectoryError(path, error);
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function versionOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeNs}` : 'missing';
}
