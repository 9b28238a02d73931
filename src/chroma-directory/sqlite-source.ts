import { pathToFileURL } from 'node:url';
import Database from 'libsql';

export type SqliteValue = null | number | string | Uint8Array;
export type SqliteRow = readonly SqliteValue[];

/** A failure of SQLite itself, with its result code, such as `SQLITE_CORRUPT`. */
export class SqliteSourceError extends Error {
  constructor(
    readonly code: string,
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** How a file is opened: see `SqliteSource`. */
export type OpenMode = 'shared' | 'immutable' | 'own-copy';

/**
 * A SQLite file, and temporary tables beside it.
 *
 * - `shared`: read-only, one read transaction from the first statement to `close`: others may not commit meanwhile.
 * - `immutable`: read-only without any lock. The only way to open a file in WAL mode that makes no file beside it.
 * - `own-copy`: may be changed, which SQLite does when it recovers what a journal or a WAL still holds.
 *
 * No column is selected as such: libsql cuts text at NUL, and ends the whole process on malformed UTF-8, in a column or
 * in its declaration, which a damaged file may have anywhere. Select `CAST(column AS BLOB)` and read it with `textOf`,
 * cast to a number, or write `+id` for a row id.
 */
export class SqliteSource {
  private readonly database: Database.Database;

  /**
   * Takes SQLite's lock at once, or fails because another process has it.
   *
   * @param onClose called when the file is no longer needed.
   */
  constructor(
    file: string,
    mode: OpenMode,
    private readonly onClose: () => void = () => undefined,
  ) {
    const access = { shared: 'mode=ro', immutable: 'mode=ro&immutable=1', 'own-copy': 'mode=rw' };
    // libsql ignores the option `readonly`; the URI it obeys.
    this.database = translated(() => new Database(`${pathToFileURL(file).href}?${access[mode]}`));
    try {
      // Temporary tables in a file: memory stays flat however many records there are.
      this.execute('PRAGMA temp_store = 1');
      this.execute('BEGIN');
      this.rows('SELECT count(*) FROM sqlite_master');
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  execute(sql: string): void {
    translated(() => this.database.exec(sql));
  }

  prepare(sql: string): SqliteStatement {
    return translated(() => new SqliteStatement(this.database.prepare(sql)));
  }

  rows(sql: string, ...parameters: SqliteValue[]): SqliteRow[] {
    return this.prepare(sql).rows(...parameters);
  }

  hasTable(name: string): boolean {
    return this.columnsOf(name).size > 0;
  }

  columnsOf(table: string): ReadonlySet<string> {
    const rows = this.rows('SELECT CAST(name AS BLOB) FROM pragma_table_info(?)', table);
    return new Set(rows.map(([name]) => textOf(name)));
  }

  get isOpen(): boolean {
    return this.database.open;
  }

  close(): void {
    if (!this.isOpen) return;
    // Closing alone would leave the lock until the last statement is collected as garbage.
    this.execute('ROLLBACK');
    this.database.close();
    this.onClose();
  }
}

export class SqliteStatement {
  constructor(private readonly statement: Database.Statement) {
    if (statement.reader) statement.raw(true);
  }

  rows(...parameters: SqliteValue[]): SqliteRow[] {
    return translated(() => this.statement.all(parameters)) as SqliteRow[];
  }

  run(...parameters: SqliteValue[]): void {
    translated(() => this.statement.run(parameters));
  }
}

/**
 * The key behind which the next page starts: that of the last row. In a damaged file rows may come out of order, and
 * pages would never end.
 */
export function lastKeyOf(rows: readonly SqliteRow[], after: number): number {
  const last = rows.at(-1)?.[0];
  if (typeof last === 'number' && last > after) return last;
  throw new SqliteSourceError('SQLITE_CORRUPT', 'its rows are out of order', undefined);
}

/** Text from a column that was selected as a blob. Malformed bytes become U+FFFD. */
export function textOf(blob: SqliteValue | undefined): string {
  return bytesOf(blob).toString('utf8');
}

/** A blob as bytes; null is empty. libsql gives an ArrayBuffer or a view of one. */
export function bytesOf(blob: unknown): Buffer {
  if (blob === null || blob === undefined) return Buffer.alloc(0);
  if (ArrayBuffer.isView(blob)) return Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  return Buffer.from(blob as ArrayBuffer);
}

function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    throw typeof code === 'string' ? new SqliteSourceError(code, message, error) : error;
  }
}
