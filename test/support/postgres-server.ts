import { Client } from 'pg';
import type { DatabaseConfig } from '../../src/config/app-config';

/** The native server that tests use: `TEST_DATABASE_URL`, a superuser's. Undefined: those tests are skipped. */
export const TEST_DATABASE_URL = process.env.TEST_DATABASE_URL;

/** `describe` where there is a native server; elsewhere the tests are skipped, and their name says why. */
export function describeNative(name: string, tests: () => void): void {
  if (TEST_DATABASE_URL) describe(name, tests);
  else describe.skip(`${name} (set TEST_DATABASE_URL to run it)`, tests);
}

export interface TestDatabase {
  readonly url: string;
  /** Runs statements as the superuser. */
  query<T = Record<string, unknown>>(sql: string, values?: unknown[]): Promise<T[]>;
  /** The same database for another login. */
  urlOf(user: string): string;
  drop(): Promise<void>;
}

let databases = 0;

/** An empty database of its own on the test server, or on another one. */
export async function createTestDatabase(
  server = TEST_DATABASE_URL!,
  options = `encoding 'UTF8' template template0`,
): Promise<TestDatabase> {
  const name = `wm_test_${process.pid}_${Date.now()}_${++databases}`;
  await run(server, `create database ${name} ${options}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    query: (sql, values) => run(url.href, sql, values),
    urlOf: (user) => Object.assign(new URL(url), { username: user }).href,
    drop: async () => {
      await run(server, `drop database if exists ${name} with (force)`);
    },
  };
}

export function databaseConfig(url: string, changes: Partial<DatabaseConfig> = {}): DatabaseConfig {
  return {
    url,
    poolSize: 5,
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 30_000,
    exactUpTo: 50_000,
    migrations: true,
    ...changes,
  };
}

async function run<T>(url: string, sql: string, values: unknown[] = []): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows as T[];
  } finally {
    await client.end();
  }
}
