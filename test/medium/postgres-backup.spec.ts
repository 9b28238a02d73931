import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { ThrowawayServer } from '../support/throwaway-server';
import { unitVector } from '../support/vectors';

/** The commands that docs/operations.md gives under a heading, with its database names replaced. */
function documented(heading: string, fence: 'sql' | 'sh'): string {
  const text = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
  const block = new RegExp(`## ${heading}\n[^]*?\`\`\`${fence}\n([^]*?)\`\`\``).exec(text)?.[1];
  if (block === undefined) throw new Error(`docs/operations.md has no ${fence} under ${heading}`);
  return block;
}

describeNative('backup and restore, as documented', () => {
  let server: ThrowawayServer;
  let source: TestDatabase;
  let target: TestDatabase;

  beforeAll(async () => {
    server = await ThrowawayServer.start();
    source = await createTestDatabase(server.url);
    target = await createTestDatabase(server.url);
  }, 60_000);

  afterAll(() => server.remove());

  async function withRepository<T>(
    url: string,
    work: (repository: PostgresMemoryRepository) => Promise<T>,
  ): Promise<T> {
    const postgres = new PostgresDatabase(databaseConfig(url), () => undefined);
    const repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    await repository.connect();
    try {
      return await work(repository);
    } finally {
      await repository.close();
    }
  }

  const everything = (repository: PostgresMemoryRepository) =>
    Promise.all(
      [1, 2].map(async (userId) => ({
        memories: await repository.list(userId, { filter: {}, order: 'ascending', limit: 100 }),
        nearest: await repository.search(userId, { vector: unitVector(3), filter: {}, limit: 10 }),
        projects: await repository.listProjects(userId),
      })),
    );

  it('brings every tenant back, with roles, policies and functions in force', async () => {
    const before = await withRepository(source.url, async (repository) => {
      for (const userId of [1, 2]) {
        const project = await repository.ensureProject(userId, 'Tea');
        const batch = [1, 2, 3].map((n) =>
          embedded({ project, metadata: { n } }, [unitVector(n), unitVector(9)]),
        );
        await repository.store(userId, batch);
      }
      return everything(repository);
    });
    await source.query(documented('Backup and restore', 'sql'));
    const environment = { ...process.env, SOURCE: source.urlOf('wm_backup'), TARGET: target.url };
    const script = documented('Backup and restore', 'sh');
    execFileSync('bash', ['-euo', 'pipefail', '-c', script], { env: environment, stdio: 'pipe' });
    expect(await withRepository(target.url, everything)).toEqual(before);
  });

  it('cannot be made by a role that row-level security holds for', async () => {
    await source.query('create role plain login; grant pg_read_all_data to plain');
    const dump = () =>
      execFileSync('pg_dump', ['--schema=wisdom_memory', source.urlOf('plain')], { stdio: 'pipe' });
    expect(dump).toThrow(/row-level security/);
  });
});
