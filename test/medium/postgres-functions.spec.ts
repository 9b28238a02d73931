import { Client } from 'pg';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';

type Rows = Record<string, unknown>[];

const NOW = `now()`;
const TEA = `array['tea'::tsquery]`;

/** Functions that work inside the tenant of the transaction: what each gives where there is nothing to see. */
const OF_TENANT: Record<string, { readonly call: string; readonly nothing: Rows }> = {
  memories_with_metadata: {
    call: `memories_with_metadata(array['{"secret": 1}'::jsonb], 10)`,
    nothing: [],
  },
  word_scope: {
    call: `word_scope(1::smallint, ${NOW}, ${TEA}, 1000)`,
    nothing: [{ chunks: '0', chunks_with: ['0'] }],
  },
  chunks_with_each: {
    call: `chunks_with_each(1::smallint, ${NOW}, ${TEA})`,
    nothing: [{ chunks_with_each: ['0'] }],
  },
  chunks_with_words: { call: `chunks_with_words(1::smallint, ${TEA}, array[1]::bigint[])`, nothing: [] },
  lock_user: { call: 'lock_user()', nothing: [{ lock_user: null }] },
  forget_user: { call: 'forget_user()', nothing: [{ forget_user: false }] },
};

/** Functions that look at all tenants, for what the service does for each of them: the columns they may tell. */
const OF_ALL: Record<string, { readonly call: string; readonly columns: readonly string[] }> = {
  expired_memories: { call: `expired_memories(${NOW} + interval '1 day', 10)`, columns: ['user_id', 'id'] },
  chunks_without_words: { call: 'chunks_without_words(10)', columns: ['user_id', 'memory_id'] },
  words_after: {
    call: `words_after(1::smallint, 0, '00000000-0000-0000-0000-000000000000', 10)`,
    columns: ['user_id', 'memory_id'],
  },
  large_tenants: { call: 'large_tenants(1::smallint, 0)', columns: ['user_id', 'vectors'] },
  other_models_in_use: { call: 'other_models_in_use(99::smallint)', columns: ['other_models_in_use'] },
};

/** Functions that take the name of what they are about, or tell of no tenant; what they do is in tests of their own. */
const BY_NAME = [
  'access_key',
  'embedding_model_id',
  'ensure_tenant',
  'note_key_uses',
  'word_record',
  'words_are_by',
  'words_rewritten_to',
  'write_words_by',
];

describeNative('functions that reach beyond the policies of PostgreSQL', () => {
  let database: TestDatabase;
  let repository: PostgresMemoryRepository;
  let client: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    const postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    const clock = new MovableClock();
    repository = new PostgresMemoryRepository(postgres, clock, () => TEST_MODEL);
    await repository.connect();
    for (const userId of [1, 2]) {
      const content = `hush-${userId}`;
      const found = embedded({ content, metadata: { secret: 1 }, speaker: content, sessionId: userId });
      await repository.store(userId, [found, embedded({ content, expiresAt: clock.in(1_000) })]);
      await repository.ensureProject(userId, content);
      await database.query(`
        update wisdom_memory.memory_vectors set lexemes = case when session_id is null then null else 'tea'::tsvector end
        where user_id = ${userId}`);
      await database.query(`
        insert into wisdom_memory.access_keys (prefix, hash, name, user_id, scopes, created_at)
        values ('prefix0${userId}', '\\x00', '${content}', ${userId}, '{read}', now())`);
    }
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await repository.close();
    await database.drop();
  });

  /** As the app, for a tenant if one is given; nothing of it stays. */
  async function asApp(call: string, tenant?: string): Promise<Rows> {
    await client.query('begin; set local role wm_app');
    try {
      if (tenant !== undefined) await client.query(`select set_config('app.user_id', $1, true)`, [tenant]);
      return (await client.query<Record<string, unknown>>(`select * from wisdom_memory.${call}`)).rows;
    } finally {
      await client.query('rollback');
    }
  }

  it('are all known here', async () => {
    const functions = await database.query<{ proname: string }>(`
      select proname from pg_proc where pronamespace = 'wisdom_memory'::regnamespace and prosecdef order by proname`);
    const known = [...Object.keys(OF_TENANT), ...Object.keys(OF_ALL), ...BY_NAME].sort();
    expect(functions.map(({ proname }) => proname)).toEqual(known);
  });

  it.each(Object.entries(OF_TENANT))(
    'give nothing without a tenant, and of nobody: %s',
    async (_name, { call, nothing }) => {
      expect(await asApp(call)).toEqual(nothing);
      expect(await asApp(call, '')).toEqual(nothing);
      expect(await asApp(call, '3')).toEqual(nothing);
      expect(await asApp(call, '-1')).toEqual(nothing);
    },
  );

  it.each(Object.entries(OF_TENANT))('take no tenant that is not a number: %s', async (_name, { call }) => {
    for (const tenant of ['1 or true', '1,2', '*', `1'--`, '9223372036854775808'])
      await expect(asApp(call, tenant)).rejects.toThrow(/invalid input syntax|out of range/);
  });

  it('give each tenant its own', async () => {
    for (const tenant of ['1', '2']) {
      const [found] = await asApp(OF_TENANT.memories_with_metadata!.call, tenant);
      const owner = `select user_id from wisdom_memory.memories where id = $1`;
      expect(await database.query(owner, [found!.memories_with_metadata])).toEqual([{ user_id: tenant }]);
      expect(await asApp(OF_TENANT.word_scope!.call, tenant)).toEqual([{ chunks: '1', chunks_with: ['1'] }]);
      expect(await asApp(OF_TENANT.chunks_with_words!.call, tenant)).toEqual([
        expect.objectContaining({ user_id: tenant, speaker: `hush-${tenant}`, session_id: tenant }),
      ]);
    }
  });

  it.each(Object.entries(OF_ALL))(
    'tell of all tenants no more than whose and which: %s',
    async (_name, { call, columns }) => {
      const rows = await asApp(call);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(Object.keys(row)).toEqual(columns);
      expect(JSON.stringify(rows)).not.toContain('hush');
    },
  );

  it.each([`'prefix0%'`, `''`, 'null', `'PREFIX01'`, `'prefix01 '`, `'x'' or true --'`])(
    'give the key of no other prefix: %s',
    async (wanted) => expect(await asApp(`access_key(${wanted})`)).toEqual([]),
  );

  it('give one key by its prefix', async () => {
    expect(await asApp(`access_key('prefix02')`)).toEqual([expect.objectContaining({ user_id: '2' })]);
    expect(await asApp(`access_key('prefix03')`)).toEqual([]);
  });

  it('remove no tenant that has something', async () => {
    await expect(asApp('forget_user()', '1')).rejects.toThrow(/foreign key/);
    await asApp('forget_user()', '3');
    expect(await database.query('select id from wisdom_memory.users order by id')).toEqual([
      { id: '1' },
      { id: '2' },
    ]);
  });

  it('change keys and users by themselves alone', async () => {
    const statements = [
      'select * from wisdom_memory.access_keys',
      `insert into wisdom_memory.access_keys (prefix, hash, name, user_id, scopes, created_at) values ('x', '', '', 1, '{admin}', now())`,
      `update wisdom_memory.access_keys set user_id = 2`,
      'delete from wisdom_memory.access_keys',
      `update wisdom_memory.users set name = 'x'`,
    ];
    for (const statement of statements) {
      await client.query(`begin; set local role wm_app; set local app.user_id = '1'`);
      await expect(client.query(statement)).rejects.toThrow(/permission denied/);
      await client.query('rollback');
    }
  });
});
