import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { MovableClock } from '../support/movable-clock';
import { databaseConfig } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { BackendUnderTest } from './contract-context';
import { describeMemoryBackend } from './memory-backend.contract';

const setup = async (): Promise<BackendUnderTest> => {
  const clock = new MovableClock();
  const directory = await mkdtemp(join(tmpdir(), 'pglite-'));
  const connect = async () => {
    const config = databaseConfig(`pglite:${join(directory, 'data')}`);
    const postgres = new PostgresDatabase(config, () => undefined);
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
      await rm(directory, { recursive: true });
    },
    reopen: async () => {
      await backend.close();
      return (backend = await connect());
    },
  };
};

describeMemoryBackend('PGlite', setup);
