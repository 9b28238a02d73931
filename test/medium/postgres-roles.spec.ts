import { DatabaseConfig } from '../../src/config/app-config';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { ThrowawayServer } from '../support/throwaway-server';

/** Enough to be staged by COPY. */
const BATCH = Array.from({ length: 60 }, () => embedded());

const USER = 7;

describeNative('the roles of a native PostgreSQL', () => {
  let server: ThrowawayServer;
  let database: TestDatabase;
  let name: string;
  const told: string[] = [];

  beforeAll(async () => {
    server = await ThrowawayServer.start();
  }, 60_000);

  afterAll(() => server.remove());

  beforeEach(async () => {
    told.length = 0;
    database = await createTestDatabase(server.url);
    name = new URL(database.url).pathname.slice(1);
  });

  afterEach(() => database.drop());

  /** Starts, stores a batch, and tells whether it could be staged. */
  async function storeBatch(url = database.url, changes: Partial<DatabaseConfig> = {}): Promise<boolean> {
    const postgres = new PostgresDatabase(databaseConfig(url, changes), (message) => told.push(message));
    const repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    try {
      await repository.connect();
      const before = await repository.count(USER);
      await repository.store(USER, BATCH);
      expect(await repository.count(USER)).toBe(before + BATCH.length);
      return postgres.mayStage;
    } finally {
      await repository.close();
    }
  }

  it('let the app do what it does to tenants, and nothing else', async () => {
    await storeBatch();
    const roles = await database.query(
      `select rolname, rolsuper or rolbypassrls or rolcanlogin or rolcreatedb or rolcreaterole or rolreplication as more,
              has_schema_privilege(oid, 'wisdom_memory', 'create') or has_schema_privilege(oid, 'public', 'create')
              or has_database_privilege(oid, current_database(), 'create') as creates
       from pg_roles where rolname like 'wm\\_%' order by 1`,
    );
    expect(roles).toEqual([
      { rolname: 'wm_app', more: false, creates: false },
      { rolname: 'wm_definer', more: false, creates: false },
    ]);
    const grants = await database.query<{ role: string; may: string; tables: string }>(
      `select grantee as role, privileges as may, string_agg(table_name, ' ' order by table_name) as tables
       from (select grantee, table_name::text,
                    string_agg(lower(privilege_type), ' ' order by privilege_type) as privileges
             from information_schema.role_table_grants
             where table_schema = 'wisdom_memory' and grantee like 'wm\\_%' group by 1, 2) as granted
       group by 1, 2 order by 1, 2`,
    );
    const rows = 'delete insert select update';
    expect(grants.map(({ role, may, tables }) => `${role}: ${may}: ${tables}`)).toEqual([
      `wm_app: ${rows}: import_undo memories memory_vectors projects`,
      'wm_app: select: schema_migrations',
      'wm_definer: delete insert select: users',
      'wm_definer: delete select: access_keys',
      'wm_definer: insert select: embedding_models word_analyses',
      'wm_definer: select: memories memory_vectors',
    ]);
  });

  it('stage batches where temporary tables were taken from everybody: only the app gets them back', async () => {
    await database.query(`revoke temporary on database ${name} from public`);
    await database.query(`create role nobody_else`);
    expect(await storeBatch()).toBe(true);
    const may = await database.query(
      `select has_database_privilege('wm_app', current_database(), 'TEMPORARY') as app,
              has_database_privilege('nobody_else', current_database(), 'TEMPORARY') as others`,
    );
    expect(may).toEqual([{ app: true, others: false }]);
    expect(told.filter((message) => /temporary/.test(message))).toEqual([]);
    await database.query('drop role nobody_else');
  });

  it('store batches without staging where the owner may not grant it, and tell the SQL that mends it', async () => {
    for (const extension of ['vector', 'btree_gin']) await database.query(`create extension ${extension}`);
    await database.query(`revoke temporary on database ${name} from public`);
    await database.query('create role tenant_owner login createrole');
    // From PostgreSQL 16 on CREATEROLE gives nobody a role that another made.
    await database.query('grant wm_app, wm_definer to tenant_owner');
    await database.query(`grant create on database ${name} to tenant_owner`);
    const url = database.urlOf('tenant_owner');
    expect(await storeBatch(url)).toBe(false);
    const sql = /(GRANT TEMPORARY ON DATABASE .* TO wm_app;)$/.exec(told.join('\n'))?.[1];
    expect(sql).toBe(`GRANT TEMPORARY ON DATABASE ${name} TO wm_app;`);
    await database.query(sql!);
    expect(await storeBatch(url)).toBe(true);
    await database.query('reassign owned by tenant_owner to current_user');
    await database.query('drop owned by tenant_owner');
    await database.query('drop role tenant_owner');
  });
});
