import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { until } from '../support/processes';
import { TEST_MODEL } from '../support/test-model';
import { ThrowawayServer } from '../support/throwaway-server';
import { unitVector } from '../support/vectors';

const MEMORIES = 200;

describeNative('a PostgreSQL that looks after its tables by itself', () => {
  let server: ThrowawayServer;
  let database: TestDatabase;
  let repository: PostgresMemoryRepository;

  beforeAll(async () => {
    server = await ThrowawayServer.start('-c', 'autovacuum_naptime=1s');
    database = await createTestDatabase(server.url);
    const postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    repository = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    await repository.connect();
  }, 60_000);

  afterAll(async () => {
    await repository.close();
    await server.remove();
  });

  it('knows soon how many memories there are, if only a few hundred', async () => {
    const memories = Array.from({ length: MEMORIES }, (_, i) =>
      embedded({ content: `Bed ${i}` }, [unitVector(i)]),
    );
    await repository.store(1, memories);
    for (const table of ['memories', 'memory_vectors'])
      await until(`${table} is analysed`, async () => (await rowsKnown(table)) === MEMORIES);
  }, 60_000);

  /** As the planner knows them: -1 of a table that nobody looked at. */
  async function rowsKnown(table: string): Promise<number> {
    const rows = await database.query<{ known: number }>(
      `select reltuples::float8 as known from pg_class where oid = 'wisdom_memory.${table}'::regclass`,
    );
    return rows[0]!.known;
  }
});
