import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddingModel } from '../../src/embedding/embedder';
import { InMemoryRepository } from '../../src/memory/in-memory/in-memory.repository';
import { Clock, MemoryBackend } from '../../src/memory/memory-backend';
import { PostgresDatabase } from '../../src/memory/postgres/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { createTestDatabase, databaseConfig } from './postgres-server';

/** An empty backend, not connected yet, and what to do after it was closed. */
export interface FreshBackend {
  readonly backend: MemoryBackend;
  remove(): Promise<void>;
}

/**
 * The backend that end-to-end tests run on: in memory, or what `TEST_BACKEND` names, `pglite` or `postgresql` (at
 * `TEST_DATABASE_URL`).
 */
export async function freshBackend(clock: Clock, model: () => EmbeddingModel): Promise<FreshBackend> {
  const onDatabase = (url: string, remove: () => Promise<void>): FreshBackend => {
    const postgres = new PostgresDatabase(databaseConfig(url), () => undefined);
    return { backend: new PostgresMemoryRepository(postgres, clock, model), remove };
  };
  switch (process.env.TEST_BACKEND) {
    case 'postgresql': {
      const database = await createTestDatabase();
      return onDatabase(database.url, () => database.drop());
    }
    case 'pglite': {
      const directory = await mkdtemp(join(tmpdir(), 'pglite-'));
      return onDatabase(`pglite:${join(directory, 'data')}`, () => rm(directory, { recursive: true }));
    }
    case undefined:
      return { backend: new InMemoryRepository(clock), remove: () => Promise.resolve() };
    default:
      throw new Error('TEST_BACKEND takes pglite or postgresql.');
  }
}
