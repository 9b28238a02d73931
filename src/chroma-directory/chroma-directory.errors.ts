export type ChromaDirectoryProblem =
  'not-a-directory' | 'not-readable' | 'not-chromadb' | 'too-old' | 'damaged' | 'in-use' | 'changed';

/** A directory that cannot be read. The message says which case it is and what to do. */
export abstract class ChromaDirectoryError extends Error {
  abstract readonly problem: ChromaDirectoryProblem;

  constructor(
    readonly path: string,
    explanation: string,
    cause?: unknown,
  ) {
    super(`${path} ${explanation}`, { cause });
  }
}

export class NotADirectoryError extends ChromaDirectoryError {
  readonly problem = 'not-a-directory';

  constructor(path: string, found: 'nothing' | 'a file') {
    super(
      path,
      found === 'nothing'
        ? 'does not exist. Give the directory that holds chroma.sqlite3.'
        : 'is a file. Give the directory that holds chroma.sqlite3, not a file inside it.',
    );
  }
}

export class UnreadableDirectoryError extends ChromaDirectoryError {
  readonly problem = 'not-readable';

  constructor(path: string, cause: unknown) {
    super(
      path,
      `cannot be read (${messageOf(cause)}). Check that this user may read the directory and everything in it.`,
      cause,
    );
  }
}

export class NotAChromaDirectoryError extends ChromaDirectoryError {
  readonly problem = 'not-chromadb';

  constructor(path: string, lacks: string) {
    super(
      path,
      `is no directory of ChromaDB 0.4 or newer: ${lacks}. Give the directory that was CHROMA_PATH or the path of ` +
        'the PersistentClient.',
    );
  }
}

export class ChromaTooOldError extends ChromaDirectoryError {
  readonly problem = 'too-old';

  constructor(path: string) {
    super(
      path,
      'was written by ChromaDB 0.3 or older (chroma-collections.parquet), which cannot be read. Make a copy and ' +
        'convert the copy with ChromaDB\'s own tool: "pip install chroma-migrate && chroma-migrate".',
    );
  }
}

export class DamagedDirectoryError extends ChromaDirectoryError {
  readonly problem = 'damaged';

  constructor(path: string, detail: string, cause?: unknown) {
    super(path, `is damaged: ${detail}. Restore it from a backup.`, cause);
  }
}

export class DirectoryInUseError extends ChromaDirectoryError {
  readonly problem = 'in-use';

  constructor(path: string, sign: string) {
    super(
      path,
      `is being written by another process, or one was killed while writing (${sign}). Stop everything that uses it. ` +
        'If nothing does, or to read it as it is at this moment, allow that with --allow-live.',
    );
  }
}

export class DirectoryChangedError extends ChromaDirectoryError {
  readonly problem = 'changed';

  constructor(path: string) {
    super(
      path,
      'changed while it was being read. Stop everything that uses it, then try again; what was read so far may be ' +
        'incomplete.',
    );
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
