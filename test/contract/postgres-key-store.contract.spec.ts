import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresKeyStore } from '../../src/memory/postgres/keys/postgres-key-store';
import { EmbeddedDatabase } from '../support/embedded-database';
import { createTestDatabase, databaseConfig, describeNative } from '../support/postgres-server';
import { describeKeyStore } from './key-store.contract';

describeNative('with a server', () => {
  describeKeyStore('in PostgreSQL', async () => {
    const database = await createTestDatabase();
    const open = () =>
      new PostgresKeyStore(new PostgresDatabase(databaseConfig(database.url), () => undefined));
    const [store, other] = [open(), open()];
    const close = async () => {
      await Promise.all([store.close(), other.close()]);
      await database.drop();
    };
    return { store, other, close };
  });
});

describeKeyStore('in PGlite', async () => {
  const database = new EmbeddedDatabase();
  // It takes one process: the other is this one again.
  const store = new PostgresKeyStore(database);
  return { store, other: store, close: () => database.end() };
});
