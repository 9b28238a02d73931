import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { DatabaseConfig } from '../../src/config/app-config';
import { SearchAnswer } from '../../src/memory/memory';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { until } from '../support/processes';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { unitVector } from '../support/vectors';

const EXACT_UP_TO = 100;
const [SMALL, LARGE] = [1, 2];
const BUILT = { name: `memory_vectors_hnsw_${LARGE}_1`, valid: true };
const HALF_BUILT = { ...BUILT, valid: false };

describeNative('approximate indexes in a native PostgreSQL', () => {
  let database: TestDatabase;
  let log: string[];
  const opened: PostgresMemoryRepository[] = [];

  beforeEach(async () => {
    log = [];
    database = await createTestDatabase();
    const filling = await instance({ exactUpTo: 1_000_000 });
    await fill(filling, SMALL, EXACT_UP_TO);
    await fill(filling, LARGE, EXACT_UP_TO + 1);
    await filling.close();
  });

  afterEach(async () => {
    for (const repository of opened.splice(0)) await repository.close();
    await database.drop();
  });

  /** A service's backend, which looks after the indexes at its start. */
  async function instance(changes: Partial<DatabaseConfig> = {}): Promise<PostgresMemoryRepository> {
    const config = databaseConfig(database.url, { exactUpTo: EXACT_UP_TO, ...changes });
    const postgres = new PostgresDatabase(config, (message) => log.push(message));
    const repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    opened.push(repository);
    await repository.connect();
    return repository;
  }

  function fill(repository: PostgresMemoryRepository, userId: number, count: number) {
    return repository.store(
      userId,
      Array.from({ length: count }, (_, i) => embedded({ sessionId: i }, [unitVector(i)])),
    );
  }

  function search(repository: PostgresMemoryRepository, userId: number): Promise<SearchAnswer> {
    return repository.search(userId, { vector: unitVector(7), filter: {}, limit: 3 });
  }

  const indexes = () =>
    database.query<{ name: string; valid: boolean }>(
      `select relname as name, indisvalid as valid from pg_index join pg_class on oid = indexrelid
       where relname like 'memory_vectors_hnsw%' order by 1`,
    );

  const untilIndexes = (expected: Awaited<ReturnType<typeof indexes>>) =>
    until(`indexes are ${JSON.stringify(expected)}`, async () =>
      isDeepStrictEqual(await indexes(), expected),
    );

  const untilAsked = (repository: PostgresMemoryRepository) =>
    until('the index is asked', async () => {
      await repository.keepIndexes();
      return (await search(repository, LARGE)).strategy === 'index';
    });

  /** Builds that have begun, by the log of all instances. */
  const begun = () => log.filter((message) => message.startsWith('Building')).length;

  /** Keeps every build from ending: it waits for a transaction that may have written to the table. */
  async function holdBuilds(): Promise<{ release(): Promise<void> }> {
    const writer = new Client({ connectionString: database.url });
    await writer.connect();
    await writer.query('begin; lock table wisdom_memory.memory_vectors in row exclusive mode');
    return { release: () => writer.end() };
  }

  it('are built at start for who has more vectors than are compared, and asked from then on', async () => {
    const repository = await instance();
    await until('the index is asked', async () => (await search(repository, LARGE)).strategy === 'index');
    expect(await indexes()).toEqual([BUILT]);
    const { hits, exhaustive } = await search(repository, LARGE);
    expect(hits[0]!.similarity).toBeCloseTo(1, 3);
    expect(exhaustive).toBe(false);
    expect(await search(repository, SMALL)).toMatchObject({ strategy: 'exact', exhaustive: true });
  });

  it('find what is stored, revised and deleted later', async () => {
    const repository = await instance();
    await untilAsked(repository);
    const question = unitVector(1_000);
    const nearest = async () => {
      const answer = await repository.search(LARGE, { vector: question, filter: {}, limit: 1 });
      expect(answer.strategy).toBe('index');
      return answer.hits[0]!.memory.externalId;
    };
    await repository.store(LARGE, [embedded({ externalId: 'new' }, [question])]);
    expect(await nearest()).toBe('new');
    await repository.update(LARGE, 'new', (memory) => memory, [unitVector(2_000)]);
    expect(await nearest()).not.toBe('new');
    await repository.update(LARGE, 'new', (memory) => memory, [question]);
    expect(await nearest()).toBe('new');
    await repository.delete(LARGE, 'new');
    expect(await nearest()).not.toBe('new');
  });

  it('are dropped when the tenant has become small, not before', async () => {
    const repository = await instance();
    await untilAsked(repository);
    const half = EXACT_UP_TO / 2;
    for (let sessionId = half + 1; sessionId <= EXACT_UP_TO; sessionId++)
      await repository.deleteMatching(LARGE, { sessionId }, { dryRun: false });
    await repository.keepIndexes();
    expect(await indexes()).toEqual([BUILT]);
    await repository.deleteMatching(LARGE, { sessionId: half }, { dryRun: false });
    await until('the index is gone', async () => {
      await repository.keepIndexes();
      return (await indexes()).length === 0;
    });
    expect(await search(repository, LARGE)).toMatchObject({ strategy: 'exact' });
  });

  it('are built by one instance where there are several', async () => {
    const hold = await holdBuilds();
    const one = await instance();
    await untilIndexes([HALF_BUILT]);
    const other = await instance();
    await other.keepIndexes();
    expect(await indexes()).toEqual([HALF_BUILT]);
    await hold.release();
    for (const repository of [one, other]) await untilAsked(repository);
    expect(begun()).toBe(1);
  });

  it('whose building broke off are dropped and built again at the next start', async () => {
    const hold = await holdBuilds();
    const repository = await instance();
    await untilIndexes([HALF_BUILT]);
    // What happens to it when the server dies.
    await database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where query like '%create index concurrently%' and pid <> pg_backend_pid()
         and datname = current_database()`,
    );
    const failure = `index of user ${LARGE} could not be built`;
    await until(failure, () => log.some((message) => message.includes(failure)));
    expect(await indexes()).toEqual([HALF_BUILT]);
    expect(await search(repository, LARGE)).toMatchObject({ strategy: 'exact' });
    await hold.release();
    await instance();
    await untilIndexes([BUILT]);
  });

  it('are built to the end by the server when the service ends meanwhile', async () => {
    const hold = await holdBuilds();
    const first = await instance();
    await untilIndexes([HALF_BUILT]);
    await first.close();
    // The next service finds the index half built, and the lock held by the connection that builds.
    const next = await instance();
    await next.keepIndexes();
    expect(await indexes()).toEqual([HALF_BUILT]);
    await hold.release();
    await untilIndexes([BUILT]);
    expect(begun()).toBe(1);
    await untilAsked(next);
  });

  it('are built by the owner; a service that is not says so and searches exactly', async () => {
    const login = `wm_login_${process.pid}`;
    await database.query(`create role ${login} login; grant wm_app to ${login}`);
    try {
      const url = database.urlOf(login);
      const guest = await instance({ url, migrations: false });
      const refused = /could not be built: must be owner/;
      await until(`${refused}`, () => log.some((message) => refused.test(message)));
      expect(await search(guest, LARGE)).toMatchObject({ strategy: 'exact' });
      const service = await instance({ url, adminUrl: database.url });
      await untilAsked(service);
    } finally {
      for (const repository of opened.splice(0)) await repository.close();
      await database.query(`drop role ${login}`);
    }
  });
});
