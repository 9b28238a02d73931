import { dirname } from 'node:path';
import Database from 'libsql';
import { makeDirectory } from '../common/make-directory';

/**
 * Holds a directory for this process alone. The lock is the kernel's, on a file beside the directory (`<directory>.lock`),
 * so it ends with the process however that ends; the file stays and means nothing by itself.
 */
export class DirectoryLock {
  private constructor(private readonly database: Database.Database) {}

  /** @returns undefined when another process holds the directory. */
  static tryAcquire(directory: string): DirectoryLock | undefined {
    makeDirectory(dirname(directory));
    const database = new Database(`${directory}.lock`);
    try {
      database.exec('begin exclusive');
    } catch (error) {
      database.close();
      if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined;
      throw error;
    }
    return new DirectoryLock(database);
  }

  release(): void {
    this.database.close();
  }
}
