import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, describeNative, TEST_DATABASE_URL } from './postgres-server';

export interface FreshDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database: on the server where there is one, else embedded. */
export async function freshDatabase(): Promise<FreshDatabase> {
  return TEST_DATABASE_URL ? createTestDatabase() : embeddedDatabase();
}

/** `describe` on an embedded database, and on a native one where there is a server. `fresh` makes an empty one. */
export function describeDatabases(name: string, tests: (fresh: () => Promise<FreshDatabase>) => void): void {
  describe(`${name} in an embedded PostgreSQL`, () => tests(embeddedDatabase));
  describeNative(`${name} in a native PostgreSQL`, () => tests(createTestDatabase));
}

async function embeddedDatabase(): Promise<FreshDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'pglite-'));
  return {
    url: `pglite:${join(directory, 'data')}`,
    drop: async () => rmSync(directory, { recursive: true }),
  };
}
