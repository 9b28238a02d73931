import { Client } from 'pg';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { TEST_MODEL } from '../support/test-model';
import { unitVector } from '../support/vectors';

const [ANA, BEN] = [7, 8];
const NOBODYS = '01890000-0000-7000-8000-000000000000';

describeNative('what is of others', () => {
  let database: TestDatabase;
  let sut: PostgresMemoryRepository;
  let bens: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    const postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
    sut = new PostgresMemoryRepository(postgres, new MovableClock(), () => TEST_MODEL);
    await sut.connect();
    await sut.store(ANA, [embedded({ externalId: 'anas' })]);
    bens = (await sut.store(BEN, [embedded({ externalId: 'bens' })]))[0]!.id;
  });
  afterAll(async () => {
    await sut.close();
    await database.drop();
  });

  /** The statements of a call's transaction, in their order. */
  async function statementsOf(call: () => Promise<unknown>): Promise<string[]> {
    const sent = jest.spyOn(Client.prototype, 'query');
    try {
      await call();
      const { calls, contexts } = sent.mock;
      const texts = calls.map(([query]) =>
        typeof query === 'string' ? query : (query as unknown as { text: string }).text,
      );
      // What is done in the background goes over other connections.
      const begin = texts.findIndex((text) => text.includes(`app.user_id = '${ANA}'`));
      return texts.filter((_text, i) => i >= begin && contexts[i] === contexts[begin]);
    } finally {
      sent.mockRestore();
    }
  }

  it.each([
    ['read', (key: string) => sut.find(ANA, key)],
    ['changed', (key: string) => sut.update(ANA, key, (memory) => memory, [unitVector(1)])],
    ['deleted', (key: string) => sut.delete(ANA, key)],
  ])('is %s by the same statements as what there is not', async (_what, call) => {
    for (const [others, missing] of [
      [bens, NOBODYS],
      ['bens', 'nobodys'],
    ] as const) {
      const ofMissing = await statementsOf(() => call(missing));
      expect(ofMissing.length).toBeGreaterThan(1);
      expect(await statementsOf(() => call(others))).toEqual(ofMissing);
    }
  });
});
