import { Client } from 'pg';
import { DefinerAlone1764002500000 } from '../../migrations/1764002500000-DefinerAlone';
import { DatabaseConfig } from '../../src/config/app-config';
import { asOwner } from '../../src/memory/postgres/database/open-data-source';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { ServerHost } from '../../src/memory/postgres/database/server-host';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { ThrowawayServer } from '../support/throwaway-server';

const TABLES = ['projects', 'memories', 'memory_vectors'];

/** What is true of every row of a table: whose they are. */
type Owners = Record<string, string[]>;

describeNative('who may see what on a native PostgreSQL', () => {
  let server: ThrowawayServer;
  let database: TestDatabase;

  beforeEach(async () => {
    // Roles are the server's: each test begins without them.
    server = await ThrowawayServer.start();
    database = await createTestDatabase(server.url);
    for (const extension of ['vector', 'btree_gin']) await database.query(`create extension ${extension}`);
  }, 60_000);

  afterEach(() => server.remove());

  /** Starts the service and works with it. */
  async function withService(
    url: string,
    changes: Partial<DatabaseConfig> = {},
    work: (repository: PostgresMemoryRepository) => Promise<unknown> = async () => undefined,
  ): Promise<void> {
    const postgres = new PostgresDatabase(databaseConfig(url, changes), () => undefined);
    const repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    try {
      await repository.connect();
      await work(repository);
    } finally {
      await repository.close();
    }
  }

  async function storeForTwo(repository: PostgresMemoryRepository): Promise<void> {
    for (const userId of [1, 2]) {
      const project = await repository.ensureProject(userId, 'Shared');
      await repository.store(userId, [embedded({ project, metadata: { secret: 1 } })]);
    }
  }

  /** What a login sees: of its own accord, or after it ran `as`. */
  async function seenBy(url: string, as = ''): Promise<Owners> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(as);
      const seen: Owners = {};
      for (const table of TABLES) {
        const { rows } = await client.query<{ user_id: string }>(
          `select user_id from wisdom_memory.${table} order by 1`,
        );
        seen[table] = rows.map(({ user_id }) => user_id);
      }
      return seen;
    } finally {
      await client.end();
    }
  }

  const everywhere = (...users: string[]): Owners =>
    Object.fromEntries(TABLES.map((table) => [table, users]));

  async function owner(statements: readonly string[]): Promise<string> {
    for (const statement of statements) await database.query(statement);
    await database.query(`alter database ${new URL(database.url).pathname.slice(1)} owner to landlord`);
    return database.urlOf('landlord');
  }

  const OWNERS: readonly (readonly [name: string, statements: readonly string[]])[] = [
    ['that makes the roles', ['create role landlord login createrole']],
    [
      'to which an administrator gave the roles',
      [
        'create role landlord login',
        'create role wm_app nologin',
        'create role wm_definer nologin',
        'grant wm_app, wm_definer to landlord',
      ],
    ],
  ];

  it.each(OWNERS)('shows an owner %s no tenant but the one it names', async (_name, statements) => {
    const url = await owner(statements);
    await withService(url, {}, storeForTwo);
    const [member] = await database.query(
      `select pg_has_role('landlord', 'wm_definer', 'USAGE') as inherits`,
    );
    expect(member).toEqual({ inherits: true });
    for (const role of ['', 'set role wm_app']) {
      expect(await seenBy(url, role)).toEqual(everywhere());
      expect(await seenBy(url, `${role}; set app.user_id = '2'`)).toEqual(everywhere('2'));
    }
    // The functions that look around the policies still find what they are for.
    await withService(url, {}, async (repository) => {
      const { hits } = await repository.search(2, {
        vector: embedded().vectors[0]!,
        filter: { metadata: { kind: 'compare', path: ['secret'], comparison: { operator: 'eq', value: 1 } } },
        limit: 10,
      });
      expect(hits).toHaveLength(1);
    });
  });

  it.each(OWNERS)(
    'shows an owner %s nothing any longer once an older schema is migrated',
    async (_, roles) => {
      const url = await owner(roles);
      await withService(url, {}, storeForTwo);
      await asOwner(new ServerHost(databaseConfig(url)), async (source) => {
        const runner = source.createQueryRunner();
        await new DefinerAlone1764002500000().down(runner);
        await runner.query(`delete from wisdom_memory.schema_migrations where name = $1`, [
          DefinerAlone1764002500000.name,
        ]);
        await runner.release();
      });
      expect(await seenBy(url)).toMatchObject({ memories: ['1', '2'], memory_vectors: ['1', '2'] });
      await expect(withService(url, { migrations: false })).rejects.toThrow(/npm run migration:run/);
      await withService(url);
      expect(await seenBy(url)).toEqual(everywhere());
    },
  );

  it('refuses to start while a policy shows the owner all tenants by way of another role', async () => {
    const url = await owner(OWNERS[0]![1]);
    await withService(url);
    await database.query(
      'create policy reports on wisdom_memory.projects for select to wm_definer using (true)',
    );
    await expect(withService(url)).rejects.toThrow(
      'Row-level security is not in force for landlord: a policy shows it the rows of any tenant. As the owner of the tables: DROP POLICY reports ON wisdom_memory.projects;',
    );
    await database.query('alter policy reports on wisdom_memory.projects to pg_monitor');
    await withService(url);
  });

  it('gives a login of the service nothing beside wm_app, whatever role it asks for', async () => {
    await withService(database.url, {}, storeForTwo);
    const url = database.urlOf('tenants');
    await database.query('create role tenants login');
    await withService(url, { adminUrl: database.url });
    for (const role of ['reset role', 'set role wm_app', 'set role wm_app; reset role'])
      expect(await seenBy(url, role)).toEqual(everywhere());
    for (const role of ['wm_definer', 'postgres'])
      for (const before of ['', 'set role wm_app; '])
        await expect(seenBy(url, `${before}set role ${role}`)).rejects.toThrow(
          /permission denied to set role/,
        );
  });
});
