import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { BackendUnderTest } from './contract-context';
import { describeMemoryBackend } from './memory-backend.contract';

describeNative('with a server', () => {
  const setup = async (): Promise<BackendUnderTest> => {
    const clock = new MovableClock();
    const database = await createTestDatabase();
    const connect = async () => {
      const postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
      const repository = new PostgresMemoryRepository(postgres, clock, () => TEST_MODEL);
      await repository.connect();
      return repository;
    };
    let backend = await connect();
    return {
      backend,
      clock,
      close: async () => {
        await backend.close();
        await database.drop();
      },
      reopen: async () => {
        await backend.close();
        return (backend = await connect());
      },
    };
  };
  describeMemoryBackend('PostgreSQL', setup);
});
