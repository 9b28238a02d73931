import { Client } from 'pg';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { unitVector } from '../support/vectors';

const TENANT_TABLES = ['projects', 'memories', 'memory_vectors', 'import_undo'];
const OTHER_TABLES = ['users', 'embedding_models', 'import_runs'];
const NEEDLE = `array['{"secret": 1}'::jsonb]`;

describeNative('isolation in a native PostgreSQL', () => {
  let database: TestDatabase;
  let repository: PostgresMemoryRepository;
  let client: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    const postgres = new PostgresDatabase(databaseConfig(database.url, { poolSize: 1 }), () => undefined);
    repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    await repository.connect();
    for (const userId of [1, 2]) {
      const project = await repository.ensureProject(userId, 'Shared');
      const fields = { externalId: 'shared', project, metadata: { secret: 1, of: userId } };
      await repository.store(userId, [embedded(fields)]);
    }
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await repository.close();
    await database.drop();
  });

  /** Runs a statement as `wm_app`, as a superuser's login became it, for a tenant if given. */
  async function asApp(sql: string, tenant?: string): Promise<Record<string, unknown>[]> {
    await client.query('begin; set local role wm_app');
    try {
      if (tenant !== undefined) await client.query(`select set_config('app.user_id', $1, true)`, [tenant]);
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.query('rollback');
    }
  }

  it.each(TENANT_TABLES)('shows nothing of %s without a tenant, and with one only its own', async (table) => {
    expect(await asApp(`select * from wisdom_memory.${table}`)).toEqual([]);
    expect(await asApp(`select * from wisdom_memory.${table}`, '')).toEqual([]);
    expect(await asApp(`select * from wisdom_memory.${table} where user_id <> 2`, '2')).toEqual([]);
    const own = await asApp(`select user_id from wisdom_memory.${table}`, '2');
    expect(own).toEqual(table === 'import_undo' ? [] : [{ user_id: '2' }]);
  });

  it.each(OTHER_TABLES)('keeps %s from the app', async (table) => {
    await expect(asApp(`select * from wisdom_memory.${table}`, '1')).rejects.toThrow(/permission denied/);
  });

  it('lets nobody write for another tenant', async () => {
    await expect(
      asApp(`insert into wisdom_memory.projects (user_id, id, name) values (1, 99, 'planted')`, '2'),
    ).rejects.toThrow(/row-level security/);
    await expect(asApp(`update wisdom_memory.memories set user_id = 1`, '2')).rejects.toThrow(
      /row-level security/,
    );
    await asApp(`delete from wisdom_memory.memories where user_id = 1`, '2');
    expect(await repository.count(1)).toBe(1);
  });

  it('gives a function the tenant of the transaction, and nothing without one', async () => {
    const search = `select wisdom_memory.memories_with_metadata(${NEEDLE}, 10) as id`;
    const owned = async (userId: number) => [{ id: (await repository.find(userId, 'shared'))!.id }];
    expect(await asApp(search)).toEqual([]);
    expect(await asApp(search, '1')).toEqual(await owned(1));
    expect(await asApp(search, '2')).toEqual(await owned(2));
    expect(await asApp(search, '3')).toEqual([]);
    await expect(asApp('select wisdom_memory.ensure_tenant()')).rejects.toThrow(/null value/);
  });

  it('lets only wm_app call the functions, and nobody put others in their way', async () => {
    const functions = await database.query(`
      select proname, proowner::regrole::text as owner, prosecdef as definer, proconfig as settings,
             has_function_privilege('wm_app', oid, 'execute') as app,
             exists (select from aclexplode(proacl) where grantee = 0) as everybody
      from pg_proc where pronamespace = 'wisdom_memory'::regnamespace and proname <> 'runs_as_definer'`);
    expect(functions.length).toBeGreaterThan(0);
    for (const one of functions)
      expect(one).toMatchObject({
        owner: 'wm_definer',
        definer: true,
        settings: expect.arrayContaining(['search_path=pg_catalog, pg_temp']) as unknown,
        app: true,
        everybody: false,
      });
  });

  it('lets a policy hold for wm_definer alone, not for its members, superusers among them', async () => {
    await client.query('begin; set local role wm_definer');
    const definer = await client.query('select wisdom_memory.runs_as_definer() as runs');
    await client.query('reset role');
    const superuser = await client.query('select wisdom_memory.runs_as_definer() as runs');
    await client.query('rollback');
    expect([definer.rows, superuser.rows]).toEqual([[{ runs: true }], [{ runs: false }]]);
    await expect(asApp('select wisdom_memory.runs_as_definer()')).rejects.toThrow(/permission denied/);
  });

  it('keeps interleaved users apart on one connection, failures included', async () => {
    const users = Array.from({ length: 6 }, (_, i) => 100 + i);
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const userId = users[i % users.length]!;
        const stored = await repository.store(userId, [embedded({ agentId: `${userId}` }, [unitVector(1)])]);
        if (i % 5 === 0)
          await expect(
            repository.update(userId, stored[0]!.id, () => {
              throw new Error('not today');
            }),
          ).rejects.toThrow('not today');
        const { hits } = await repository.search(userId, { vector: unitVector(1), filter: {}, limit: 50 });
        expect(hits.map(({ memory }) => memory.agentId)).toEqual(hits.map(() => `${userId}`));
      }),
    );
    for (const userId of users) expect(await repository.count(userId)).toBe(10);
  });

  it('leaves no role, tenant or setting on the connection', async () => {
    const postgres = new PostgresDatabase(databaseConfig(database.url, { poolSize: 1 }), () => undefined);
    await postgres.connect();
    const state = () =>
      postgres.withoutTenant(
        async (connection) =>
          (
            await connection.query(
              `select current_setting('app.user_id', true) as tenant, pg_backend_pid() as pid`,
            )
          ).rows as { tenant: string | null; pid: number }[],
      );
    const [before] = await state();
    await postgres.withTenant(1, (connection) => connection.query('select 1'));
    await expect(postgres.withTenant(1, (connection) => connection.query('select 1/0'))).rejects.toThrow();
    const [after] = await state();
    expect(after!.pid).toBe(before!.pid);
    // PostgreSQL leaves a setting that once existed as empty text, which is no tenant.
    expect(after!.tenant ?? '').toBe('');
    await postgres.close();
  });

  it('refuses what is no user id before it becomes part of a statement', async () => {
    await expect(repository.count(`1'; drop table x; --` as unknown as number)).rejects.toThrow(RangeError);
    await expect(repository.count(1.5)).rejects.toThrow(RangeError);
  });
});
