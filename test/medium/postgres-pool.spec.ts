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

  const textOf = (user_id: number) => `Of user ${user_id}.`;
  const idOf = async (user_id: number) =>
    (await api.http.get(`/api/memory?user_id=${user_id}`)).body.items[0].id as string;
  const post = (path: string, body: object) => api.http.post(`/api/memory/${path}`).send(body);
  const question = (user_id: number) => ({ query: 'Whose?', project: 'Tea', user_id });
  const contents = (memories: { content: string }[]) => memories.map(({ content }) => content);

  /** What has to be embedded, and what is in the answer. In this order: what is asked for must have been stored. */
  const CALLS: readonly (readonly [
    name: string,
    call: (user_id: number) => Promise<unknown>,
    answer: (user_id: number) => unknown,
  ])[] = [
    [
      'a text',
      async (user_id) => (await post('store', { content: textOf(user_id), project: 'Tea', user_id })).status,
      () => 200,
    ],
    [
      'a new text of a memory',
      async (user_id) => {
        const change = { content: `New: ${textOf(user_id)}`, user_id };
        return (await api.http.patch(`/api/memory/${await idOf(user_id)}`).send(change)).body.content;
      },
      (user_id) => `New: ${textOf(user_id)}`,
    ],
    [
      'a question',
      async (user_id) => contents((await post('search', question(user_id))).body.results),
      (user_id) => [`New: ${textOf(user_id)}`],
    ],
    [
      'a question for a context',
      async (user_id) => contents((await post('context', question(user_id))).body.memories),
      (user_id) => [`New: ${textOf(user_id)}`],
    ],
    [
      'a batch of texts',
      async (user_id) => {
        const memories = [{ content: 'a' }, { content: 'b' }];
        return (await post('store/batch', { memories, user_id })).body.items.length;
      },
      () => 2,
    ],
  ];

  it.each(CALLS)('is not held while %s is embedded', async (_name, call, answer) => {
    const users = [1, 2, 3];
    const calling = users.map(call);
    await untilAsked(users.length);
    // All three wait for the model: whoever wants the connection has it.
    await api.http.get('/api/memory?user_id=4').expect(200, { items: [], count: 0, next_cursor: null });
    await api.http.get('/api/memory/status').expect(200);
    embedder.goOn();
    expect(await Promise.all(calling)).toEqual(users.map(answer));
  });
});
