import { Memory } from '../../src/memory/memory';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { sweepExpired } from '../../src/memory/postgres/sweep-expired';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { unitVector } from '../support/vectors';

const SECOND_MS = 1_000;

/** Beyond one batch. */
const MANY = 2_500;

describeNative('expired memories on a native PostgreSQL', () => {
  const clock = new MovableClock();
  let database: TestDatabase;
  let postgres: PostgresDatabase;
  let repository: PostgresMemoryRepository;

  beforeEach(async () => {
    // The interval is a test's to move; the driver and its timeouts go on as ever.
    jest.useFakeTimers({
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'performance', 'Date'],
    });
    database = await createTestDatabase();
    postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    repository = new PostgresMemoryRepository(postgres, clock, () => TEST_MODEL);
    await repository.connect();
  });

  afterEach(async () => {
    jest.useRealTimers();
    await repository.close();
    await database.drop();
  });

  function storeEnding(userId: number, seconds: number | undefined, count = 1): Promise<Memory[]> {
    const expiresAt = seconds === undefined ? null : clock.in(seconds * SECOND_MS);
    return repository.store(userId, Array(count).fill(embedded({ expiresAt }, [1, 2].map(unitVector))));
  }

  /** What the tables hold, whoever it belongs to. */
  async function rows(): Promise<{ users: string[]; vectors: number }> {
    const memories = await database.query<{ user_id: string }>(
      'select user_id from wisdom_memory.memories order by user_id',
    );
    const [counted] = await database.query<{ vectors: number }>(
      'select count(*)::int as vectors from wisdom_memory.memory_vectors',
    );
    return { users: memories.map(({ user_id: userId }) => userId), ...counted! };
  }

  it('are deleted with their vectors, of every user, and no others are', async () => {
    await storeEnding(1, 1, MANY);
    for (const userId of [1, 2, 3]) await storeEnding(userId, 2);
    await storeEnding(2, 3);
    await storeEnding(4, undefined);
    clock.advance(2 * SECOND_MS);
    expect(await sweepExpired(postgres, clock.now())).toBe(MANY + 3);
    expect(await rows()).toEqual({ users: ['2', '4'], vectors: 4 });
    expect(await sweepExpired(postgres, clock.now())).toBe(0);
  });

  it('stay if they were given a later end', async () => {
    const [memory] = await storeEnding(1, 1);
    await repository.update(1, memory!.id, (current) => ({ ...current, expiresAt: null }));
    clock.advance(SECOND_MS);
    expect(await sweepExpired(postgres, clock.now())).toBe(0);
  });

  it('are deleted by several instances at once', async () => {
    await storeEnding(1, 1, MANY);
    clock.advance(SECOND_MS);
    const swept = await Promise.all([1, 2, 3].map(() => sweepExpired(postgres, clock.now())));
    expect(swept.reduce((sum, count) => sum + count)).toBe(MANY);
    expect(await rows()).toEqual({ users: [], vectors: 0 });
  });

  it('are deleted in the background within a minute, before the service is closed', async () => {
    await storeEnding(1, 1);
    clock.advance(SECOND_MS);
    jest.advanceTimersByTime(60_000);
    await repository.close();
    expect(await rows()).toEqual({ users: [], vectors: 0 });
  });

  it('are of nobody to another user: the app learns ids and no more', async () => {
    const [memory] = await storeEnding(1, 1);
    clock.advance(SECOND_MS);
    const expired = await postgres.withTenant(2, async (connection) => {
      const { rows } = await connection.query('select * from wisdom_memory.expired_memories($1, 10)', [
        clock.now(),
      ]);
      return rows as object[];
    });
    expect(expired).toEqual([{ user_id: '1', id: memory!.id }]);
  });
});
