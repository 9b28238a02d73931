import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { databaseConfig } from './postgres-server';

const TABLES = ['users', 'embedding_models', 'import_runs', 'import_undo'].map(
  (table) => `wisdom_memory.${table}`,
);

/**
 * One PGlite for all tests of a file, one after the other: to make one and migrate it takes 4 s of CPU time. Closed, it
 * stays open, for the next test to connect to; `end` closes it.
 */
export class EmbeddedDatabase extends PostgresDatabase {
  private opened?: Promise<void>;

  constructor(private readonly directory = mkdtempSync(join(tmpdir(), 'pglite-'))) {
    super(databaseConfig(`pglite:${join(directory, 'data')}`), () => undefined);
  }

  override connect(): Promise<void> {
    return (this.opened ??= super.connect());
  }

  override async close(): Promise<void> {}

  /** Everything that tests have written is gone. */
  async clear(): Promise<void> {
    await this.ownerQuery(`truncate ${TABLES.join(', ')} cascade`);
  }

  async end(): Promise<void> {
    await super.close();
    rmSync(this.directory, { recursive: true });
  }
}
