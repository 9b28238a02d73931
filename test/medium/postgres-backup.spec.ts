import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { revertMigration } from '../../src/memory/postgres/database/database-schema';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { databaseConfig, describeNative } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { ThrowawayServer } from '../support/throwaway-server';
import { unitVector } from '../support/vectors';

const [BACKUP_ROLE, TARGET_ROLES] = documented('sql');
const [SAVE_AND_RESTORE] = documented('sh');

/** The commands that docs/operations.md gives for backup and restore. */
function documented(fence: 'sql' | 'sh'): string[] {
  const text = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
  const section = /\n## Backup and restore\n([^]*?)\n## /.exec(text)![1]!;
  return [...section.matchAll(new RegExp(`\`\`\`${fence}\n([^]*?)\`\`\``, 'g'))].map(([, block]) => block!);
}

function psql(url: string, sql: string): string {
  const args = ['--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1', url];
  return execFileSync('psql', args, { input: sql, encoding: 'utf8', stdio: 'pipe' }).trim();
}

/** The database of the documented commands on a server, by one of its logins. */
const urlOf = (server: ThrowawayServer, username: string) =>
  Object.assign(new URL(server.url), { username, pathname: '/wisdom' }).href;

describeNative('backup and restore to another server, as documented', () => {
  let source: ThrowawayServer;
  let target: ThrowawayServer;

  beforeAll(async () => {
    source = await ThrowawayServer.start();
    target = await ThrowawayServer.start();
    psql(source.url, TARGET_ROLES!);
    psql(urlOf(source, 'postgres'), 'create extension vector; create extension btree_gin');
    psql(source.url, BACKUP_ROLE!);
  }, 120_000);

  afterAll(async () => {
    await source.remove();
    await target.remove();
  });

  const configOf = (server: ThrowawayServer) =>
    databaseConfig(urlOf(server, 'wisdom_service'), { adminUrl: urlOf(server, 'wisdom_owner') });

  /** The service on a server, with neither of its logins a superuser. */
  async function withRepository<T>(
    server: ThrowawayServer,
    work: (repository: PostgresMemoryRepository) => Promise<T>,
  ): Promise<T> {
    const postgres = new PostgresDatabase(configOf(server), () => undefined);
    const repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    try {
      await repository.connect();
      return await work(repository);
    } finally {
      await repository.close();
    }
  }

  async function storeForTwo(repository: PostgresMemoryRepository): Promise<void> {
    for (const userId of [1, 2]) {
      const project = await repository.ensureProject(userId, 'Tea');
      const batch = [1, 2, 3].map((n) =>
        embedded({ project, metadata: { n } }, [unitVector(n), unitVector(9)]),
      );
      await repository.store(userId, batch);
    }
  }

  /** What each of the two finds, by a filter too: that takes the functions of `wm_definer`. */
  const everything = (repository: PostgresMemoryRepository) =>
    Promise.all(
      [1, 2].map(async (userId) => ({
        memories: await repository.list(userId, { filter: {}, order: 'ascending', limit: 100 }),
        nearest: await repository.search(userId, { vector: unitVector(3), filter: {}, limit: 10 }),
        filtered: await repository.search(userId, {
          vector: unitVector(3),
          filter: {
            metadata: { kind: 'compare', path: ['n'], comparison: { operator: 'eq', value: 2 } },
          },
          limit: 10,
        }),
        projects: await repository.listProjects(userId),
      })),
    );

  /** Whose memories a login sees by itself, and once it names a user. */
  async function seenBy(url: string): Promise<unknown[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      const users = `select coalesce(array_agg(distinct user_id::int), '{}') as users from wisdom_memory.memories`;
      const unnamed = await client.query(users);
      await client.query(`set app.user_id = '2'`);
      return [...unnamed.rows, ...(await client.query(users)).rows];
    } finally {
      await client.end();
    }
  }

  function saveAndRestore(): void {
    const environment = {
      ...process.env,
      SOURCE: urlOf(source, 'wm_backup'),
      TARGET: urlOf(target, 'postgres'),
    };
    const args = ['-euo', 'pipefail', '-c', SAVE_AND_RESTORE!];
    execFileSync('bash', args, { env: environment, stdio: 'pipe' });
  }

  it('brings every tenant back, with roles, policies and functions in force', async () => {
    const before = await withRepository(source, async (repository) => {
      await storeForTwo(repository);
      return everything(repository);
    });
    expect(before.map(({ filtered }) => filtered.hits.length)).toEqual([1, 1]);
    psql(target.url, TARGET_ROLES!);
    saveAndRestore();
    expect(await withRepository(target, everything)).toEqual(before);

    for (const login of ['wisdom_owner', 'wisdom_service'])
      expect(await seenBy(urlOf(target, login))).toEqual([{ users: [] }, { users: [2] }]);
    const definers = `select distinct proowner::regrole from pg_proc
                      where pronamespace = 'wisdom_memory'::regnamespace and prosecdef`;
    expect(psql(urlOf(target, 'postgres'), definers)).toBe('wm_definer');
    // Its owner goes on with migrations.
    await revertMigration(configOf(target), () => undefined);
    expect(await withRepository(target, everything)).toEqual(before);
  });

  it('cannot be made by a role that row-level security holds for', () => {
    psql(source.url, 'create role plain login; grant pg_read_all_data to plain');
    const dump = () =>
      execFileSync('pg_dump', ['--schema=wisdom_memory', urlOf(source, 'plain')], { stdio: 'pipe' });
    expect(dump).toThrow(/row-level security/);
  });
});
