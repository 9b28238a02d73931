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
    // Its log is complete when it has ended.
    await service.stop();
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
    await service.stop();
  });
});

describeNative('the backend of the service, on a native PostgreSQL', () => {
  it.each(['auto', 'postgresql'])('is PostgreSQL with MEMORY_BACKEND=%s', async (choice) => {
    const database = await createTestDatabase();
    const service = await ServiceProcess.start({ MEMORY_BACKEND: choice, DATABASE_URL: database.url });
    const status = await answer(service, '/api/memory/status');
    expect(status).toMatchObject({ status: 'available', backend: 'postgresql', reason: null });
    await service.stop();
    expect(told(service)).toBe('Backend: postgresql');
    await database.drop();
  });
});
