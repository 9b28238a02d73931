import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { Api, startApi } from '../support/api';
import { createTestDatabase, databaseConfig, describeNative, TestDatabase } from '../support/postgres-server';
import { WordEmbedder } from '../support/word-embedder';

/** Embeds when it is told to. */
class PatientEmbedder extends WordEmbedder {
  readonly asked: (() => void)[] = [];

  override async embedTexts(texts: readonly string[]): Promise<Float32Array[][]> {
    await new Promise<void>((resolve) => this.asked.push(resolve));
    return super.embedTexts(texts);
  }

  override async embedQuery(text: string): Promise<Float32Array> {
    await new Promise<void>((resolve) => this.asked.push(resolve));
    return super.embedQuery(text);
  }

  goOn(): void {
    for (const resolve of this.asked.splice(0)) resolve();
  }
}

describeNative('a pool of one connection to a native PostgreSQL', () => {
  const embedder = new PatientEmbedder();
  let database: TestDatabase;
  let api: Api;

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = databaseConfig(database.url, { poolSize: 1 });
    const postgres = new PostgresDatabase(config, () => undefined);
    const backend = (clock: { now(): Date }) =>
      new PostgresMemoryRepository(postgres, clock, () => embedder.model);
    api = await startApi({ backend, embedder });
  });

  afterAll(async () => {
    await api.close();
    await database.drop();
  });

  const untilAsked = async (times: number): Promise<void> => {
    while (embedder.asked.length < times) await new Promise(setImmediate);
  };

  it('is not held while a text or a question is embedded', async () => {
    const storing = [1, 2, 3].map((user_id) =>
      api.http
        .post('/api/memory/store')
        .send({ content: `Of user ${user_id}.`, project: 'Tea', user_id })
        .then(({ status }) => status),
    );
    await untilAsked(3);
    // All three wait for the model: whoever wants the connection has it.
    await api.http.get('/api/memory?user_id=1').expect(200, { items: [], count: 0, next_cursor: null });
    embedder.goOn();
    expect(await Promise.all(storing)).toEqual([200, 200, 200]);
    const searching = [1, 2, 3].map((user_id) =>
      api.http
        .post('/api/memory/search')
        .send({ query: 'Whose?', project: 'Tea', user_id })
        .then(({ body }) => body.results.map(({ content }: { content: string }) => content)),
    );
    await untilAsked(3);
    await api.http.get('/api/memory/status').expect(200);
    embedder.goOn();
    expect(await Promise.all(searching)).toEqual([['Of user 1.'], ['Of user 2.'], ['Of user 3.']]);
  });
});
