import type { PoolClient } from 'pg';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { describeDatabases, FreshDatabase } from '../support/fresh-database';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { databaseConfig } from '../support/postgres-server';
import { until } from '../support/processes';
import { TEST_MODEL } from '../support/test-model';
import { unitVector } from '../support/vectors';

const TENANT_TABLES = ['projects', 'memories', 'memory_vectors', 'import_undo'];
const OTHER_TABLES = ['users', 'embedding_models', 'import_runs'];
const NEEDLE = `array['{"secret": 1}'::jsonb]`;

/** A tenant with more vectors has an approximate index, but where the database is embedded. */
const EXACT_UP_TO = 100;

/** What transactions set. */
const SETTINGS = ['role', 'app.user_id', 'plan_cache_mode', 'hnsw.ef_search', 'hnsw.iterative_scan'];

describeDatabases('isolation', (fresh) => {
  let database: FreshDatabase;
  let postgres: PostgresDatabase;
  let repository: PostgresMemoryRepository;

  beforeAll(async () => {
    database = await fresh();
    const config = databaseConfig(database.url, { poolSize: 1, exactUpTo: EXACT_UP_TO });
    postgres = new PostgresDatabase(config, () => undefined);
    repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    await repository.connect();
    for (const userId of [1, 2]) {
      const project = await repository.ensureProject(userId, 'Shared');
      const fields = { externalId: 'shared', project, metadata: { secret: 1, of: userId } };
      await repository.store(userId, [embedded(fields)]);
    }
  }, 60_000);

  afterAll(async () => {
    await repository.close();
    await database.drop();
  });

  /** On the service's connection, outside of its transactions; fails in PostgreSQL's own words. */
  async function asLogin<T>(work: (connection: PoolClient) => Promise<T>): Promise<T> {
    const [outcome] = await postgres.withoutTenant(async (connection) => {
      await connection.query('commit');
      return Promise.allSettled([work(connection)]);
    });
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }

  /** Runs a statement as `wm_app`, for a tenant if given. */
  function asApp(sql: string, tenant?: string): Promise<Record<string, unknown>[]> {
    return asLogin(async (connection) => {
      await connection.query('begin; set local role wm_app');
      try {
        if (tenant !== undefined)
          await connection.query(`select set_config('app.user_id', $1, true)`, [tenant]);
        return (await connection.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await connection.query('rollback');
      }
    });
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
    const { rows: functions } = await asLogin((connection) =>
      connection.query<Record<string, unknown>>(`
      select proname, proowner::regrole::text as owner, prosecdef as definer, proconfig as settings,
             has_function_privilege('wm_app', oid, 'execute') as app,
             exists (select from aclexplode(proacl) where grantee = 0) as everybody
      from pg_proc where pronamespace = 'wisdom_memory'::regnamespace and proname <> 'runs_as_definer'`),
    );
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
    const runs = 'select wisdom_memory.runs_as_definer() as runs';
    const [definer, superuser] = await asLogin(async (connection) => {
      await connection.query('begin; set local role wm_definer');
      const inside = await connection.query(runs);
      await connection.query('set local role none');
      const outside = await connection.query(runs);
      await connection.query('rollback');
      return [inside, outside];
    });
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

  it('leaves no role, tenant or setting on the connection, whichever way a search goes', async () => {
    const [large, small] = [201, 202];
    for (const userId of [large, small]) {
      const memories = userId === large ? EXACT_UP_TO + 1 : 5;
      const vectors = Array.from({ length: memories }, (_, i) => unitVector(i));
      await repository.store(
        userId,
        vectors.map((vector) => embedded({ agentId: `${userId}` }, [vector])),
      );
    }
    const search = (userId: number) =>
      repository.search(userId, { vector: unitVector(1), filter: {}, limit: 3 });
    const way = postgres.host.embedded ? 'exact' : 'index';
    await until(`the search goes the way of ${way}`, async () => {
      await repository.keepIndexes();
      return (await search(large)).strategy === way;
    });
    const users = Array.from({ length: 20 }, (_, i) => (i % 2 ? large : small));
    const answers = await Promise.all(users.map(search));
    expect(answers.map(({ strategy }) => strategy)).toEqual(
      users.map((id) => (id === large ? way : 'exact')),
    );
    expect(answers.map(({ hits }) => hits.map(({ memory }) => memory.agentId))).toEqual(
      users.map((userId) => Array(3).fill(`${userId}`)),
    );
    await expect(
      postgres.withTenant(small, (connection) => connection.query('select 1/0')),
    ).rejects.toThrow();
    const own = await asLogin(async (connection) => {
      const shown = `select coalesce(current_setting(name, true), '') as own from unnest($1::text[]) as name`;
      return (await connection.query<{ own: string }>(shown, [SETTINGS])).rows.map((row) => row.own);
    });
    // PostgreSQL leaves a setting that once existed as empty text, which is no tenant.
    // Sessions of a server begin as `wm_app`; the one of an embedded database is its owner's too.
    expect(own).toEqual([postgres.host.embedded ? 'none' : 'wm_app', '', 'auto', '40', 'off']);
  });

  it('refuses what is no user id before it becomes part of a statement', async () => {
    await expect(repository.count(`1'; drop table x; --` as unknown as number)).rejects.toThrow(RangeError);
    await expect(repository.count(1.5)).rejects.toThrow(RangeError);
  });
});
