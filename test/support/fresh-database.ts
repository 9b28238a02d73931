import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, TEST_DATABASE_URL } from './postgres-server';

export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database: on the server where there is one, else embedded. */
export async function freshDatabase(): Promise<FreshDatabase> {
  if (TEST_DATABASE_URL) return createTestDatabase();
  const directory = mkdtempSync(join(tmpdir(), 'pglite-'));
  return {
    url: `pglite:${join(directory, 'data')}`,
    drop: async () => rmSync(directory, { recursive: true }),
  };
}
