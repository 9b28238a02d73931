import { resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import { vector } from '@electric-sql/pglite-pgvector';
import { makeDirectory } from '../../../common/make-directory';
import type { DatabaseConfig } from '../../../config/app-config';
import { DirectoryLock } from '../../directory-lock';
import type { ConnectionTarget } from './data-source-options';
import type { DatabaseHost } from './database-host';
import { StartupError } from '../../../common/startup.error';

/**
 * PGlite: PostgreSQL compiled to WebAssembly, inside this process. For tests and a single developer: a long statement
 * stalls the event loop, and there is one connection. Two processes on one directory lost rows without a word, so the
 * directory is held by a lock.
 */
export class EmbeddedHost implements DatabaseHost {
  readonly embedded = true;
  private database?: PGlite;
  private lock?: DirectoryLock;

  constructor(
    private readonly config: DatabaseConfig,
    path: string,
  ) {
    this.directory = resolve(path);
  }

  private readonly directory: string;

  async start(): Promise<void> {
    this.lock = lockOf(this.directory);
    if (!this.lock)
      throw new StartupError(
        `Another process has the embedded database ${this.directory} open: end it, or give each its own path.`,
      );
    try {
      this.database = await PGlite.create(this.directory, { extensions: { vector, btree_gin } });
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.database?.close();
    this.database = undefined;
    this.lock?.release();
    this.lock = undefined;
  }

  ownerTarget(): ConnectionTarget {
    return this.target(0);
  }

  serviceTarget(): ConnectionTarget {
    return this.target(this.config.statementTimeoutMs);
  }

  private target(statementTimeoutMs: number): ConnectionTarget {
    return {
      poolSize: 1,
      connectTimeoutMs: this.config.connectTimeoutMs,
      statementTimeoutMs,
      // Its one connection is never let go of: opened again, it would be the same object. Statements are asked before those
      // in front of them are answered, as of a server.
      driverOptions: { ...createPgConfig(this.database!), max: 1, idleTimeoutMillis: 0, pipeline: true },
    };
  }
}

/** @returns undefined when another process holds it. */
function lockOf(directory: string): DirectoryLock | undefined {
  try {
    makeDirectory(directory);
    return DirectoryLock.tryAcquire(directory);
  } catch (cause) {
    throw new StartupError(
      `DATABASE_URL pglite:${directory} cannot be made or locked (${(cause as NodeJS.ErrnoException).code}): give the ` +
        'service the right to write there, or name another path.',
      { cause },
    );
  }
}
