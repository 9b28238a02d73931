import { createTestDatabase, describeNative } from '../support/postgres-server';
import { ServiceProcess } from '../support/service-process';

jest.setTimeout(120_000);

afterEach(() => ServiceProcess.endAll());

/** Nobody listens there. */
const UNREACHABLE = 'postgresql://me:hunter2@127.0.0.1:1/wisdom';

const PROBLEM =
  'PostgreSQL cannot be used at me@127.0.0.1:1/wisdom (ECONNREFUSED): start it, or correct DATABASE_URL.';

async function answer(service: ServiceProcess, path: string, body?: object): Promise<any> {
  const response = await fetch(`${await service.url()}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  expect(response.status).toBe(200);
  return response.json();
}

/** The line of the log that tells the backend. */
function told(service: ServiceProcess): unknown {
  return service.log.map(({ msg }) => msg).find((message) => /^Backend: /.test(String(message)));
}

/** Stores and searches at once, one by one and in batches, then ends it: it has printed lines of its log and nothing else. */
async function expectQuietWork(service: ServiceProcess): Promise<void> {
  const content = 'The tea is in the blue tin.';
  const memories = Array.from({ length: 40 }, (_, i) => ({ content: `${content} ${i}` }));
  await Promise.all([
    answer(service, '/api/memory/store', { content }),
    answer(service, '/api/memory/store/batch', { memories }),
    ...['semantic', 'hybrid'].map((mode) =>
      answer(service, '/api/memory/search', { query: 'Where is the tea?', mode }),
    ),
  ]);
  await service.stop();
  expect(service.printed.split('\n').filter((line) => !line.startsWith('{'))).toEqual(['']);
}

describe('the backend of the service', () => {
  it('is ChromaDB where the server of DATABASE_URL is away, which is told everywhere', async () => {
    const service = await ServiceProcess.start({ DATABASE_URL: UNREACHABLE });
    expect(await answer(service, '/api/memory/status')).toMatchObject({
      status: 'degraded',
      backend: 'chromadb',
      postgres_available: false,
      chroma_available: true,
      message: 'Memory service is degraded with the chromadb backend',
      reason: PROBLEM,
    });
    expect(await answer(service, '/health/ready')).toMatchObject({
      status: 'degraded',
      checks: { chromadb: { status: 'up' }, postgresql: { status: 'degraded', message: PROBLEM } },
    });
    await answer(service, '/api/memory/store', { content: 'The tea is in the blue tin.' });
    expect(await answer(service, '/api/memory/search', { query: 'Where is the tea?' })).toMatchObject({
      results: [{ content: 'The tea is in the blue tin.' }],
      search: { backend: 'chromadb', degraded: true },
    });
    await service.stop();
    expect(told(service)).toBe(`Backend: chromadb. ${PROBLEM}`);
    expect(service.printed).not.toContain('hunter2');
  });

  it('is ChromaDB where it was asked for, whatever DATABASE_URL is', async () => {
    const service = await ServiceProcess.start({ MEMORY_BACKEND: 'chromadb', DATABASE_URL: UNREACHABLE });
    const status = await answer(service, '/api/memory/status');
    expect(status).toMatchObject({ status: 'available', backend: 'chromadb', reason: null });
    await expectQuietWork(service);
    expect(told(service)).toBe('Backend: chromadb');
  });

  it('is not another one than PostgreSQL where that was asked for: the service does not start', async () => {
    const service = await ServiceProcess.spawn({ MEMORY_BACKEND: 'postgresql', DATABASE_URL: UNREACHABLE });
    expect(await service.ended).toBe(1);
    expect(service.printed).toBe(`Wisdom Memory cannot start.\n${PROBLEM}\n`);
  });

  it('is an embedded PostgreSQL where DATABASE_URL says so, for one process', async () => {
    const service = await ServiceProcess.start({ DATABASE_URL: 'pglite:database' });
    expect(await answer(service, '/api/memory/status')).toMatchObject({
      status: 'available',
      backend: 'postgresql',
      postgres_available: true,
      reason: expect.stringContaining('for one process'),
    });
    await expectQuietWork(service);
  });
});

describeNative('the backend of the service, on a native PostgreSQL', () => {
  it.each(['auto', 'postgresql'])('is PostgreSQL with MEMORY_BACKEND=%s', async (choice) => {
    const database = await createTestDatabase();
    const service = await ServiceProcess.start({ MEMORY_BACKEND: choice, DATABASE_URL: database.url });
    const status = await answer(service, '/api/memory/status');
    expect(status).toMatchObject({ status: 'available', backend: 'postgresql', reason: null });
    await expectQuietWork(service);
    expect(told(service)).toBe('Backend: postgresql');
    await database.drop();
  });

  it('is not ChromaDB instead of a schema that is newer: the service does not start', async () => {
    const database = await createTestDatabase();
    const environment = { MEMORY_BACKEND: 'auto', DATABASE_URL: database.url };
    await (await ServiceProcess.start(environment)).stop();
    await database.query(
      `insert into wisdom_memory.schema_migrations (timestamp, name) values (9999999999999, 'Future9999999999999')`,
    );
    const service = await ServiceProcess.spawn(environment);
    expect(await service.ended).toBe(1);
    expect(service.printed).toContain(
      "Wisdom Memory cannot start.\nThe database's schema is newer than this version: it does not know Future9999999999999.",
    );
    expect(told(service)).toBeUndefined();
    await database.drop();
  });
});
