import type { ClientBase } from 'pg';
import { DataSource } from 'typeorm';
import { LargeTenants1764002000000 } from '../../migrations/1764002000000-LargeTenants';
import { DatabaseConfig } from '../../src/config/app-config';
import {
  buildApproximateIndex,
  readApproximateIndexes,
} from '../../src/memory/postgres/search/approximate-index';
import { hostOf } from '../../src/memory/postgres/database/host-of';
import { revertLatest } from '../../src/memory/postgres/database/migration-runner';
import { asOwner, openDataSource } from '../../src/memory/postgres/database/open-data-source';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { describeDatabases, FreshDatabase } from '../support/fresh-database';
import { digestOfOriginal, restoreOriginal } from '../support/original-database';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';

jest.setTimeout(60_000);

async function startOn(url: string, changes: Partial<DatabaseConfig> = {}): Promise<void> {
  const postgres = new PostgresDatabase(databaseConfig(url, changes), () => undefined);
  try {
    await postgres.connect();
  } finally {
    await postgres.close();
  }
}

/** Names of the migrations that the database has. */
async function executed(owner: DataSource): Promise<string[]> {
  const rows = await owner.query<{ name: string }[]>(`select name from wisdom_memory.schema_migrations`);
  return rows.map(({ name }) => name);
}

/** The definition of everything in our schema but the list of migrations, as sorted text. */
async function schema(owner: DataSource): Promise<string[]> {
  const rows = await owner.query<{ definition: string }[]>(`
    select definition from (
      select format('column %s.%s %s %s %s', table_name, column_name, udt_name, is_nullable, column_default) as definition
        from information_schema.columns where table_schema = 'wisdom_memory'
      union all select indexdef from pg_indexes where schemaname = 'wisdom_memory'
      union all select format('%s: %s', conname, pg_get_constraintdef(oid)) from pg_constraint
        where connamespace = 'wisdom_memory'::regnamespace
      union all select pg_get_functiondef(oid) || proowner::regrole || proacl::text from pg_proc
        where pronamespace = 'wisdom_memory'::regnamespace
      union all select format('policy %s', p) from pg_policies as p where schemaname = 'wisdom_memory'
      union all select format('table %s %s %s %s', relname, relrowsecurity, relforcerowsecurity, relacl) from pg_class
        where relnamespace = 'wisdom_memory'::regnamespace and relkind = 'r'
    ) as everything
    where definition not like '%schema_migrations%' and definition not like 'PK_%' order by 1`);
  return rows.map(({ definition }) => definition);
}

describeDatabases('migrations', (fresh) => {
  let database: FreshDatabase;

  beforeEach(async () => {
    database = await fresh();
  });

  afterEach(() => database.drop());

  const start = () => startOn(database.url);

  async function withOwner<T>(work: (owner: DataSource) => Promise<T>): Promise<T> {
    const host = hostOf(databaseConfig(database.url));
    await host.start();
    try {
      return await asOwner(host, work);
    } finally {
      await host.stop();
    }
  }

  it('make what the entities say: a generated migration would be empty', async () => {
    await start();
    const { upQueries } = await withOwner((owner) => owner.driver.createSchemaBuilder().log());
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('go all the way back and forth again', async () => {
    await start();
    const there = await withOwner(schema);
    await withOwner(async (owner) => {
      for (const migration of [...owner.migrations].reverse()) {
        await revertLatest(owner, () => undefined);
        expect(await executed(owner)).not.toContain(migration.constructor.name);
      }
    });
    expect(await withOwner(schema)).toEqual([]);
    await start();
    expect(await withOwner(schema)).toEqual(there);
    expect(there.length).toBeGreaterThan(100);
  });
});

describeNative('migrations on a native PostgreSQL', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });

  afterEach(() => database.drop());

  const start = (changes?: Partial<DatabaseConfig>) => startOn(database.url, changes);

  it('take the approximate indexes back with what looks after them', async () => {
    await start();
    const owner = await openDataSource({ ...databaseConfig(database.url), statementTimeoutMs: 0 });
    try {
      const runner = owner.createQueryRunner();
      const connection = (await runner.connect()) as ClientBase;
      await buildApproximateIndex(connection, { modelId: 1, dimension: 384 }, { userId: 1, vectors: 0 });
      expect(await readApproximateIndexes(connection)).toMatchObject([{ userId: 1, valid: true }]);
      const name = LargeTenants1764002000000.name;
      do await revertLatest(owner, () => undefined);
      while ((await executed(owner)).includes(name));
      expect(await readApproximateIndexes(connection)).toEqual([]);
      await runner.release();
    } finally {
      await owner.destroy();
    }
  });

  it('are applied once by several instances that start together', async () => {
    await Promise.all(Array.from({ length: 4 }, () => start()));
    const names = await database.query<{ name: string }>(
      'select name from wisdom_memory.schema_migrations order by id',
    );
    expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(0);
  });

  it('leave the tables of the original as they are', async () => {
    restoreOriginal(database.url);
    const before = digestOfOriginal(database.url);
    await start();
    expect(digestOfOriginal(database.url)).toBe(before);
    expect(await database.query('select count(*)::int as n from public.memories')).toEqual([{ n: 173 }]);
    expect(await database.query('select count(*)::int as n from wisdom_memory.memories')).toEqual([{ n: 0 }]);
  });

  it('are left to the operator when told so', async () => {
    await expect(start({ migrations: false })).rejects.toThrow(/npm run migration:run/);
    await start();
    await start({ migrations: false });
  });

  it('of a newer version are not worked with', async () => {
    await start();
    await database.query(
      `insert into wisdom_memory.schema_migrations (timestamp, name) values (9999999999999, 'Future9999999999999')`,
    );
    for (const migrations of [true, false])
      await expect(start({ migrations })).rejects.toThrow(/newer than this version.*Future9999999999999/);
  });
});
