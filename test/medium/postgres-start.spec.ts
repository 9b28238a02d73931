import { once } from 'node:events';
import { AddressInfo, createServer } from 'node:net';
import { Client } from 'pg';
import { StartupError } from '../../src/common/startup.error';
import { DatabaseConfig } from '../../src/config/app-config';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import {
  createTestDatabase,
  databaseConfig,
  describeNative,
  TEST_DATABASE_URL,
  TestDatabase,
} from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { ThrowawayServer } from '../support/throwaway-server';

describeNative('starting on a native PostgreSQL', () => {
  let server: ThrowawayServer;
  let database: TestDatabase;

  beforeAll(async () => {
    server = await ThrowawayServer.start();
  }, 60_000);

  afterAll(() => server.remove());

  beforeEach(async () => {
    database = await createTestDatabase(server.url);
  });

  afterEach(() => database.drop());

  async function start(url = database.url, changes: Partial<DatabaseConfig> = {}): Promise<void> {
    const postgres = new PostgresDatabase(databaseConfig(url, changes), () => undefined);
    try {
      await postgres.connect();
    } finally {
      await postgres.close();
    }
  }

  /** A login without privileges of its own; it owns the database if told so. */
  async function login(name: string, { owner = false, options = '' } = {}): Promise<string> {
    await database.query(`drop role if exists ${name}`);
    await database.query(`create role ${name} login ${options}`);
    if (owner)
      await database.query(`alter database ${new URL(database.url).pathname.slice(1)} owner to ${name}`);
    return database.urlOf(name);
  }

  async function forgetLogin(name: string): Promise<void> {
    await database.query(`reassign owned by ${name} to current_user`);
    await database.query(`drop owned by ${name}`);
    await database.query(`drop role ${name}`);
  }

  /** Whose sessions begin without what we ask for. */
  function behindPooler(
    config: DatabaseConfig,
    log: (message: string) => void = () => undefined,
  ): PostgresDatabase {
    const postgres = new PostgresDatabase(config, log);
    const target = postgres.host.serviceTarget();
    jest.spyOn(postgres.host, 'serviceTarget').mockReturnValue({ ...target, role: undefined });
    return postgres;
  }

  // First: afterwards the roles are there, and they belong to the whole server.
  it('prints the SQL for the administrator when the roles cannot be created, and works once it ran', async () => {
    await database.query('create extension vector');
    await database.query('create extension btree_gin');
    const url = await login('plain', { owner: true });
    const message = await start(url).then(String, (error: Error) => error.message);
    const sql =
      /once: (CREATE ROLE wm_app NOLOGIN; CREATE ROLE wm_definer NOLOGIN; GRANT .* TO plain;)$/.exec(message);
    expect(message).toMatch(/may not create the roles/);
    await database.query(sql![1]!);
    await start(url);
    await forgetLogin('plain');
  });

  it('prints the SQL for the administrator when the roles are of another owner who made them', async () => {
    await database.query('create extension vector');
    const url = await login('second', { owner: true, options: 'createrole' });
    const outcome = await start(url).then(String, String);
    const [{ version }] = (await database.query<{ version: number }>(
      `select current_setting('server_version_num')::int / 10000 as version`,
    )) as [{ version: number }];
    // Until 15 whoever may create roles may give them all away.
    if (version < 16) expect(outcome).toBe('undefined');
    else {
      expect(outcome).toMatch(/^StartupError: .*once: GRANT wm_app, wm_definer TO second;$/);
      await database.query('grant wm_app, wm_definer to second');
      await start(url);
    }
    await forgetLogin('second');
  });

  it('says where nobody answers, without the password', async () => {
    const attempt = start('postgresql://me:secret@127.0.0.1:1/wisdom');
    await expect(attempt).rejects.toThrow(
      'PostgreSQL cannot be used at me@127.0.0.1:1/wisdom (ECONNREFUSED): start it, or correct DATABASE_URL.',
    );
  });

  it('says which of two variables is wrong', async () => {
    const nowhere = 'postgresql://me:secret@127.0.0.1:1/wisdom';
    await expect(start(database.url, { adminUrl: nowhere })).rejects.toThrow(
      'PostgreSQL cannot be used at me@127.0.0.1:1/wisdom (ECONNREFUSED): start it, or correct DATABASE_ADMIN_URL.',
    );
    await expect(start(nowhere, { adminUrl: database.url })).rejects.toThrow(/or correct DATABASE_URL\.$/);
    expect(await database.query(`select from pg_namespace where nspname = 'wisdom_memory'`)).toEqual([]);
  });

  it.each<[string, () => Promise<{ readonly url: string; readonly adminUrl: string }>]>([
    [
      'another database of the server',
      async () => ({ url: database.url, adminUrl: (await createTestDatabase(server.url)).url }),
    ],
    [
      'the database of that name on another server',
      async () => ({ url: TEST_DATABASE_URL!, adminUrl: server.url }),
    ],
  ])('migrates nothing where the owner is sent to %s', async (_name, variables) => {
    const { url, adminUrl } = await variables();
    const attempt = start(url, { adminUrl });
    await expect(attempt).rejects.toThrow(StartupError);
    await expect(attempt).rejects.toThrow(
      /^DATABASE_ADMIN_URL leads to another database \(postgres@.*\) than DATABASE_URL \(postgres@.*\), and nothing was migrated: name one/,
    );
    const owner = new Client({ connectionString: adminUrl });
    await owner.connect();
    const { rows } = await owner.query(`select from pg_namespace where nspname = 'wisdom_memory'`);
    await owner.end();
    expect(rows).toEqual([]);
  });

  it('says that a database does not exist', async () => {
    await expect(start(`${server.url}_not`)).rejects.toThrow(/cannot be used at .*postgres_not.*3D000/);
  });

  it('refuses an encoding that is not UTF-8', async () => {
    const latin = await createTestDatabase(server.url, `encoding 'LATIN1' locale 'C' template template0`);
    await expect(start(latin.url)).rejects.toThrow(/encoding is LATIN1.*CREATE DATABASE/);
    await latin.drop();
  });

  /** Lets the service see a server that is not quite the one that it is: names are looked up in `other` first. */
  async function pretend(definition: string): Promise<void> {
    await database.query('create schema other');
    await database.query(`create ${definition}`);
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`alter database ${name} set search_path = other, pg_catalog, public`);
  }

  const unfitness = () => new PostgresDatabase(databaseConfig(database.url), () => undefined).unfitness();

  it('refuses an old PostgreSQL, before anything is chosen too', async () => {
    await pretend(`function other.current_setting(name text) returns text language sql as $$
      select case name when 'server_version_num' then '140011' when 'server_version' then '14.11'
                  else pg_catalog.current_setting(name) end $$`);
    await expect(start()).rejects.toThrow('The server is PostgreSQL 14.11; it takes 15 or newer.');
    expect((await unfitness())?.message).toMatch(/PostgreSQL 14.11/);
  });

  it.each([
    ['vector', /extension vector is not installed on the server. Install pgvector 0.8/],
    ['btree_gin', /extension btree_gin is not installed on the server. .* contrib/],
  ])(
    'says what to install where %s is missing, before anything is chosen too',
    async (extension, expected) => {
      await pretend(`view other.pg_available_extensions as
      select * from pg_catalog.pg_available_extensions where name <> '${extension}'`);
      await expect(start()).rejects.toThrow(expected);
      expect((await unfitness())?.message).toMatch(expected);
    },
  );

  it('finds a good server fit, and changes nothing on it by asking', async () => {
    expect(await unfitness()).toBeUndefined();
    expect(await database.query(`select from pg_namespace where nspname = 'wisdom_memory'`)).toEqual([]);
  });

  it('gives up on a server that takes connections and never answers', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const attempt = start(`postgresql://me@127.0.0.1:${port}/wisdom`, { connectTimeoutMs: 300 });
    await expect(attempt).rejects.toThrow(
      /PostgreSQL cannot be used at me@127.0.0.1:\d+\/wisdom \(.*timeout.*\)/i,
    );
    silent.close();
  });

  it('bounds statements and forgotten transactions of the service, and has no other plans than its own', async () => {
    const postgres = new PostgresDatabase(
      databaseConfig(database.url, { statementTimeoutMs: 7_000 }),
      () => undefined,
    );
    await postgres.connect();
    const names = [
      'statement_timeout',
      'idle_in_transaction_session_timeout',
      'jit',
      'random_page_cost',
      'seq_page_cost',
      'timezone',
    ];
    const settings = await postgres.withTenant(1, async (connection) => {
      const shown: string[] = [];
      for (const name of names)
        shown.push(
          (await connection.query<{ value: string }>(`select current_setting('${name}') as value`)).rows[0]!
            .value,
        );
      return shown;
    });
    await postgres.close();
    expect(settings).toEqual(['7s', '30s', 'off', '1.1', '10', 'UTC']);
  });

  it('refuses an old pgvector', async () => {
    await database.query('create extension vector');
    await database.query(`update pg_extension set extversion = '0.7.4' where extname = 'vector'`);
    await expect(start()).rejects.toThrow(/pgvector 0.7.4 is older than 0.8.*ALTER EXTENSION vector UPDATE/);
  });

  it('takes 0.10 for newer than 0.8', async () => {
    await database.query('create extension vector');
    await database.query(`update pg_extension set extversion = '0.10.0' where extname = 'vector'`);
    await start();
  });

  it('prints the SQL for the administrator when pgvector cannot be created', async () => {
    const url = await login('builder', { owner: true, options: 'createrole' });
    await expect(start(url)).rejects.toThrow(/As a superuser in this database: CREATE EXTENSION vector;$/);
    await database.query('create extension vector');
    // From PostgreSQL 16 on CREATEROLE gives nobody a role that another made.
    await database.query('grant wm_app, wm_definer to builder');
    await start(url);
    await forgetLogin('builder');
  });

  it('says that pgvector is where nobody searches', async () => {
    await database.query('create schema elsewhere');
    await database.query('create extension vector schema elsewhere');
    await expect(start()).rejects.toThrow(/schema elsewhere.*ALTER EXTENSION vector SET SCHEMA public/);
  });

  it('works with a login of its own beside the owner', async () => {
    const url = await login('service');
    await start(url, { adminUrl: database.url });
    await forgetLogin('service');
  });

  it('says that a login may not become wm_app', async () => {
    await start();
    const url = await login('stranger');
    await database.query('grant usage on schema wisdom_memory to stranger');
    await database.query('grant select on wisdom_memory.schema_migrations to stranger');
    await expect(start(url, { migrations: false })).rejects.toThrow(
      /may not become wm_app \(permission denied to set role "wm_app"\).*GRANT wm_app TO "stranger";/,
    );
    const refused = behindPooler(databaseConfig(url, { migrations: false })).connect();
    await expect(refused).rejects.toThrow(/^This login may not become wm_app .*GRANT wm_app TO that login;$/);
    await forgetLogin('stranger');
  });

  it('says that a login may not connect', async () => {
    await start();
    const url = await login('stranger');
    const name = new URL(url).pathname.slice(1);
    await database.query('grant wm_app to stranger');
    await database.query(`revoke connect on database "${name}" from public`);
    await expect(start(url, { adminUrl: database.url })).rejects.toThrow(
      `GRANT CONNECT ON DATABASE "${name}" TO "stranger";`,
    );
    await forgetLogin('stranger');
  });

  it('says that sessions do not begin as wm_app, where something drops what they begin with', async () => {
    const said: string[] = [];
    const postgres = behindPooler(databaseConfig(database.url), (message) => said.push(message));
    await postgres.connect();
    await postgres.close();
    expect(said).toContainEqual(
      expect.stringMatching(/^Sessions begin as postgres instead of wm_app: a pooler/),
    );
  });

  it.each([
    ['a policy that lets everybody read', 'create policy leak on wisdom_memory.memories using (true)'],
    ['row-level security that is off', 'alter table wisdom_memory.memory_vectors disable row level security'],
    [
      'row-level security that spares the owner',
      'alter table wisdom_memory.projects no force row level security',
    ],
    ['a role that bypasses it', 'alter role wm_app bypassrls'],
  ])('refuses to start with %s', async (_name, sabotage) => {
    const postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    const repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    await repository.connect();
    await repository.store(1, [embedded()]);
    await repository.close();
    await database.query(sabotage);
    await expect(start()).rejects.toThrow(/Row-level security is not in force/);
    await database.query('alter role wm_app nobypassrls');
  });

  it('refuses vectors of another model, once there are any', async () => {
    const startWith = async (revision: string, memories: number) => {
      const postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
      const model = { ...TEST_MODEL, revision };
      const repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => model);
      try {
        await repository.connect();
        await repository.store(5, Array(memories).fill(embedded()));
      } finally {
        await repository.close();
      }
    };
    await startWith('1', 0);
    await startWith('2', 1);
    await startWith('2', 0);
    await expect(startWith('1', 0)).rejects.toThrow(
      /vectors in this database are of test-vectors@2\/.*EMBEDDING_MODEL/,
    );
  });

  it('refuses a model whose vectors do not fit the index', async () => {
    const postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    const model = { ...TEST_MODEL, dimension: 1_025 };
    const repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => model);
    await expect(repository.connect()).rejects.toThrow(/1025 dimensions.*takes 1024/);
  });
});
