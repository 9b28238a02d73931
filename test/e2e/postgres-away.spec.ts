import { Answer, call, expectUnavailable } from '../support/answers';
import { until } from '../support/processes';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { ServiceProcess } from '../support/service-process';
import { ThrowawayServer } from '../support/throwaway-server';

jest.setTimeout(240_000);

const RESTARTS = 20;
const WRITERS = 4;

/** Every call of the API but those that need nothing of the store. */
const CALLS: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['POST', '/initialize', {}],
  ['GET', '/status'],
  ['GET', '/stats'],
  ['GET', '/projects'],
  ['GET', '/project/Kitchen'],
  ['GET', '/project/Kitchen/context'],
  ['GET', '/session/1'],
  ['DELETE', '/session/1'],
  ['GET', '/?total=true'],
  ['GET', '/known'],
  ['PATCH', '/known', { content: 'The tea is in the red tin.' }],
  ['DELETE', '/known'],
  ['POST', '/delete', { filter: { session_id: 1 } }],
  ['POST', '/search', { query: 'Where is the tea?', metadata_filter: { mood: 'calm' } }],
  ['POST', '/context', { query: 'Where is the tea?' }],
  ['POST', '/store', { content: 'The milk is sour.', project: 'Kitchen' }],
  ['POST', '/store/batch', { memories: [{ content: 'The milk is sour.' }] }],
];

describeNative('the service while PostgreSQL is not what it should be', () => {
  let server: ThrowawayServer;
  let database: TestDatabase;
  let service: ServiceProcess;
  let url: string;

  beforeAll(async () => {
    server = await ThrowawayServer.start();
    database = await createTestDatabase(server.url);
    service = await ServiceProcess.start({ MEMORY_BACKEND: 'postgresql', DATABASE_URL: database.url });
    url = await service.url();
  });

  afterAll(async () => {
    await ServiceProcess.endAll();
    await server.remove();
  });

  const memory = (method: string, path: string, body?: object) =>
    call(url, method, `/api/memory${path}`, body);

  it('answers 503 to every call while it is away, lives, and is ready again by itself', async () => {
    expect((await memory('POST', '/store', { content: 'Tea.', external_id: 'known' })).status).toBe(200);
    await server.stop('fast');
    for (const [method, path, body] of CALLS) expectUnavailable(await memory(method, path, body));
    expect((await call(url, 'GET', '/health/live')).status).toBe(200);
    expect(await call(url, 'GET', '/health/ready')).toMatchObject({
      status: 503,
      body: { status: 'error', checks: { postgresql: { status: 'down' }, model: { status: 'up' } } },
    });
    await server.startAgain();
    expect((await memory('GET', '/known')).status).toBe(200);
    expect((await memory('GET', '/')).body.count).toBe(1);
  });

  it(`keeps every store that it acknowledged, once, through ${RESTARTS} restarts under writers`, async () => {
    const acknowledged: string[] = [];
    const refused: Answer[] = [];
    let isWriting = true;
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let n = 0; isWriting; n++) {
        // Every third is a batch, which comes by COPY.
        const contents = Array.from({ length: n % 3 ? 1 : 40 }, (_, i) => `Ledger ${writer}, ${n}, ${i}.`);
        const memories = contents.map((content) => ({ content, project: `Project ${writer}` }));
        const answer = await (memories.length === 1
          ? memory('POST', '/store', { ...memories[0], user_id: 2 })
          : memory('POST', '/store/batch', { memories, user_id: 2 }));
        if (answer.status === 200) acknowledged.push(...contents);
        else refused.push(answer);
      }
    });
    try {
      for (let restart = 0; restart < RESTARTS; restart++) {
        await server.stop(restart % 2 ? 'fast' : 'immediate');
        expectUnavailable(await memory('POST', '/search', { query: 'Where is the tea?' }));
        const before = acknowledged.length;
        await server.startAgain();
        // Writers never stop: they get through as soon as the pool has recovered.
        while (acknowledged.length === before) await new Promise(setImmediate);
      }
    } finally {
      isWriting = false;
      await Promise.all(writers);
    }
    for (const answer of refused) expectUnavailable(answer);
    expect(refused.length).toBeGreaterThanOrEqual(RESTARTS);
    const rows = await database.query<{ content: string; times: number; vectors: number }>(
      `select memory.content, count(distinct memory.id)::int as times, count(vector.memory_id)::int as vectors
       from wisdom_memory.memories as memory
       left join wisdom_memory.memory_vectors as vector
         on vector.user_id = memory.user_id and vector.memory_id = memory.id
       where memory.user_id = 2 group by memory.content`,
    );
    const kept = new Map(rows.map(({ content, ...found }) => [content, found]));
    expect(acknowledged.filter((content) => !kept.has(content))).toEqual([]);
    expect(rows.filter(({ times, vectors }) => times !== 1 || vectors !== 1)).toEqual([]);
    // Started once, never restarted by anybody.
    expect(service.printed.match(/listens at/g)).toHaveLength(1);
    expect((await memory('GET', '/status?user_id=2')).body.total_memories).toBe(rows.length);
  });

  it('answers reads while it is read-only, and 503 to writers', async () => {
    await database.query('alter system set default_transaction_read_only = on');
    await database.query('select pg_reload_conf()');
    const write = () => memory('PATCH', '/known', { metadata: { mood: 'calm' } });
    const areRefused = async () =>
      (await Promise.all(Array.from({ length: 20 }, write))).every(({ status }) => status === 503);
    await until('every connection to know', areRefused);
    expectUnavailable(await write(), /read-only/);
    for (const [method, path, body] of CALLS) {
      const answer = await memory(method, path, body);
      const isRead = method === 'GET' || /search|context|initialize/.test(path);
      if (isRead) expect([path, answer.status]).toEqual([path, 200]);
      else expectUnavailable(answer, /read-only/);
    }
    expect((await memory('POST', '/search', { query: 'Tea?' })).body.count).toBe(1);
    await database.query('alter system reset default_transaction_read_only');
    await database.query('select pg_reload_conf()');
    await until('a write', async () => (await write()).status === 200);
  });
});
