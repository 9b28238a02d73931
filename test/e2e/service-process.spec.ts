import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, ClientRequest, createServer, IncomingMessage, request } from 'node:http';
import { AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTestDatabase, describeNative } from '../support/postgres-server';
import { processesWith, until } from '../support/processes';
import { ServiceProcess } from '../support/service-process';

jest.setTimeout(120_000);

afterEach(() => ServiceProcess.endAll());

const TEXT = 'The launch code is 0000';

/** A store of which only the beginning has been sent, on a connection that the client wants to keep. */
async function halfSentStore(url: string): Promise<{ client: ClientRequest; finish(): Promise<number> }> {
  const client = request(`${url}/api/memory/store`, {
    method: 'POST',
    agent: new Agent({ keepAlive: true }),
    headers: { 'Content-Type': 'application/json', Expect: '100-continue' },
  });
  client.flushHeaders();
  await once(client, 'continue');
  client.write('{"content": ');
  return {
    client,
    finish: async () => {
      client.end(`"${TEXT}"}`);
      const [response] = (await once(client, 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      return response.statusCode!;
    },
  };
}

async function store(url: string): Promise<{ embedding_id: string }> {
  const response = await fetch(`${url}/api/memory/store`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ content: TEXT }),
  });
  expect(response.status).toBe(200);
  return response.json() as Promise<{ embedding_id: string }>;
}

async function untilRefused(url: string): Promise<void> {
  const { port, hostname } = new URL(url);
  for (;;) {
    const socket = connect(Number(port), hostname);
    const refused = await new Promise<boolean>((resolve) =>
      socket.once('connect', () => resolve(false)).once('error', () => resolve(true)),
    );
    socket.destroy();
    if (refused) return;
    await delay(5);
  }
}

async function untilEmbedding(url: string): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    if (/^wisdom_memory_embedding_queue_chunks [1-9]/m.test(metrics)) return;
    await delay(5);
  }
}

describe('the service as a process', () => {
  it('tells where it is, what it runs on, and of variables that look misspelt', async () => {
    const service = await ServiceProcess.start({ CHROMA_PAHT: '/elsewhere' });
    await service.stop();
    expect(service.log.map(({ level, msg }) => `${String(level)}: ${String(msg)}`)).toEqual([
      'warn: CHROMA_PAHT is not a variable of this service: is CHROMA_PATH meant?',
      expect.stringMatching(/^info: Wisdom Memory \d+\.\d+\.\d+ listens at http:\S+, ready after [\d.]+ s$/),
      expect.stringMatching(/^info: Documentation of the API: http:\S+\/docs$/),
      expect.stringMatching(/^info: Backend: \S+\. DATABASE_URL is not set\.$/),
      'info: Model: all-MiniLM-L6-v2, 384 dimensions',
    ]);
  });

  it('logs one line for each request, without what was said', async () => {
    const service = await ServiceProcess.start();
    const url = await service.url();
    await fetch(`${url}/api/memory/store`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-Request-Id': 'trace-7',
        Authorization: 'Bearer s3cret',
      },
      body: JSON.stringify({ content: TEXT, metadata: { password: 'hunter2' } }),
    });
    await fetch(`${url}/api/memory?limit=3&metadata_filter=${encodeURIComponent('{"password":"hunter2"}')}`);
    await fetch(`${url}/health/ready`);
    await service.stop();
    const requests = service.log.filter(({ method }) => method !== undefined);
    expect(requests).toEqual([
      expect.objectContaining({
        request_id: 'trace-7',
        method: 'POST',
        path: '/api/memory/store',
        status: 200,
      }),
      expect.objectContaining({ method: 'GET', path: '/api/memory', status: 200, ms: expect.any(Number) }),
    ]);
    expect(service.printed).not.toMatch(/launch code|hunter2|s3cret/);
  });

  it.each<[store: string, variables: (data: string) => Record<string, string>]>([
    ['ChromaDB', (data) => ({ CHROMA_PATH: join(data, 'chroma') })],
    ['the embedded PostgreSQL', (data) => ({ DATABASE_URL: `pglite:${join(data, 'database')}` })],
  ])(
    'with %s keeps what it acknowledged and leaves no process behind when it is killed',
    async (_store, variables) => {
      const data = await mkdtemp(join(tmpdir(), 'wisdom-data-'));
      const first = await ServiceProcess.start(variables(data));
      const { embedding_id: id } = await store(await first.url());
      first.kill('SIGKILL');
      expect(await first.ended).toBe('SIGKILL');
      await until('what the killed service had started has ended', () => processesWith(data).length === 0);
      const second = await ServiceProcess.start(variables(data));
      const kept = await fetch(`${await second.url()}/api/memory/${id}`);
      expect(await kept.json()).toMatchObject({ id, content: TEXT });
      await second.stop();
      expect(processesWith(data)).toEqual([]);
      await rm(data, { recursive: true });
    },
  );

  it('finishes what is under way when it is told to end', async () => {
    const service = await ServiceProcess.start();
    const url = await service.url();
    const store = await halfSentStore(url);
    service.kill('SIGTERM');
    await untilRefused(url);
    expect(await store.finish()).toBe(200);
    expect(await service.ended).toBe(0);
  });

  it('cuts off within five seconds what does not finish', async () => {
    const service = await ServiceProcess.start();
    const store = await halfSentStore(await service.url());
    const cut = once(store.client, 'error');
    service.kill('SIGINT');
    expect(await service.ended).toBe(1);
    expect(service.log.at(-1)).toMatchObject({ level: 'error', msg: 'Not closed within 4500 ms: cut off' });
    await cut;
  });

  it('answers 503 what the model has no time left for, and ends in order', async () => {
    const service = await ServiceProcess.start();
    const url = await service.url();
    // A minute of work for the model.
    const memories = Array.from({ length: 30 }, () => ({
      content: 'The launch code is 0000. '.repeat(8000),
    }));
    const call = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    const storing = fetch(`${url}/api/memory/store/batch`, { ...call, body: JSON.stringify({ memories }) });
    await untilEmbedding(url);
    service.kill('SIGTERM');
    const response = await storing;
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await response.json()).toMatchObject({ code: 'embedding_unavailable' });
    expect(await service.ended).toBe(0);
  });

  it('lives on when the first of many memories is no memory', async () => {
    const service = await ServiceProcess.start();
    const url = await service.url();
    // Enough of them that the event loop has its turn meanwhile.
    const metadata = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`key${i}`, TEXT]));
    const memories = Array.from({ length: 500 }, () => ({ content: TEXT, metadata }));
    const unreadable = { content: TEXT, metadata: Array(501).fill(1) };
    const response = await fetch(`${url}/api/memory/store/batch`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ memories: [unreadable, ...memories.slice(1)] }),
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      errors: [{ field: 'memories[0].metadata', reason: 'must be a JSON object' }],
    });
    await service.stop();
    expect(await service.ended).toBe(0);
  });

  it('ends at once when it is told again', async () => {
    const service = await ServiceProcess.start();
    const store = await halfSentStore(await service.url());
    const cut = once(store.client, 'error');
    const again = setInterval(() => service.kill('SIGTERM'), 100);
    // And not by its own end, which would be a code.
    expect(await service.ended).toBe('SIGTERM');
    clearInterval(again);
    await cut;
  });
});

it('ends at once when it is told again while the model works', async () => {
  const service = await ServiceProcess.start();
  const url = await service.url();
  const memories = Array.from({ length: 30 }, () => ({ content: `${TEXT}. `.repeat(8000) }));
  const storing = fetch(`${url}/api/memory/store/batch`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ memories }),
  });
  const cut = expect(storing).rejects.toThrow('fetch failed');
  await untilEmbedding(url);
  const again = setInterval(() => service.kill('SIGTERM'), 100);
  expect(await service.ended).toBe('SIGTERM');
  clearInterval(again);
  await cut;
  expect(service.printed).not.toContain('terminate called');
});

describe.each(['npm start', 'npm run start:prod', 'node_modules/.bin/nest start --no-shell'])(
  '%s',
  (command) => {
    it('starts the service, and ends it when told to', async () => {
      const service = await ServiceProcess.command(command);
      const url = await service.url();
      expect(await (await fetch(`${url}/health/ready`)).json()).toMatchObject({ status: 'ok' });
      await service.stop();
      await untilRefused(url);
    });
  },
);

describeNative('npm start, with DATABASE_URL', () => {
  it('makes its schema in an empty database, stores there and searches', async () => {
    const database = await createTestDatabase();
    const service = await ServiceProcess.command('npm start', {
      DATABASE_URL: database.url,
      MEMORY_BACKEND: 'postgresql',
    });
    const url = await service.url();
    await store(url);
    const response = await fetch(`${url}/api/memory/search`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: 'What is the launch code?' }),
    });
    expect(await response.json()).toMatchObject({
      results: [{ content: TEXT }],
      search: { backend: 'postgresql' },
    });
    expect(await database.query('select content from wisdom_memory.memories')).toEqual([{ content: TEXT }]);
    await service.stop();
    await untilRefused(url);
    await database.drop();
  });
});

describe('a service that cannot start', () => {
  it('names every wrong variable, what it takes, and no secret', async () => {
    const service = await ServiceProcess.spawn({
      PORT: 'eighty',
      DATABASE_URL: 'mysql://me:hunter2@db/wisdom',
      HOST: '0.0.0.0',
    });
    expect(await service.ended).toBe(2);
    expect(service.printed.split('\n')).toEqual([
      'Wisdom Memory cannot start.',
      'PORT takes a whole number from 0 to 65535, not "eighty"',
      'DATABASE_URL takes a URL that begins with `postgresql://` or `postgres://`, or `pglite:` and a path',
      '',
    ]);
  });

  it('reads .env, which yields to the environment', async () => {
    const service = await ServiceProcess.spawn(
      { LOG_LEVEL: 'loud' },
      'LOG_LEVEL=info\nMEMORY_BACKEND=sqlite\n',
    );
    expect(await service.ended).toBe(2);
    expect(service.printed).toMatch(
      /^LOG_LEVEL takes .*, not "loud"\nMEMORY_BACKEND takes .*, not "sqlite"$/m,
    );
  });

  it('does not listen for everybody unless it is told to', async () => {
    const service = await ServiceProcess.spawn({ HOST: '0.0.0.0' });
    expect(await service.ended).toBe(2);
    expect(service.printed).toContain('ALLOW_UNAUTHENTICATED=true');
  });

  it('says that its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const service = await ServiceProcess.spawn({ PORT: String(port) });
    expect(await service.ended).toBe(1);
    other.close();
    expect(service.printed).toContain(`Port ${port} at 127.0.0.1 is in use`);
    expect(service.printed).not.toMatch(/^ +at /m);
  });

  it('says that its directory is in use, and leaves the other service alone', async () => {
    const first = await ServiceProcess.start();
    const CHROMA_PATH = join(first.directory, 'data/chroma');
    const second = await ServiceProcess.spawn({ CHROMA_PATH });
    expect(await second.ended).toBe(1);
    expect(second.printed).toContain(CHROMA_PATH);
    expect(second.printed).not.toMatch(/^ +at /m);
    expect((await fetch(`${await first.url()}/health/ready`)).status).toBe(200);
    await first.stop();
  });

  it('says that its directory is a file', async () => {
    const file = await ServiceProcess.spawn({ CHROMA_PATH: '.env' });
    expect(await file.ended).toBe(1);
    expect(file.printed).toMatch(/^CHROMA_PATH \S+\/\.env is a file: name a directory/m);
    expect(file.printed).not.toMatch(/^ +at /m);
  });

  it('says that the model is missing', async () => {
    const MODELS_PATH = await mkdtemp(join(tmpdir(), 'wisdom-models-'));
    const service = await ServiceProcess.spawn({ MODELS_PATH });
    expect(await service.ended).toBe(1);
    expect(service.printed).toContain(join(MODELS_PATH, 'all-MiniLM-L6-v2'));
    expect(service.printed).not.toMatch(/^ +at /m);
  });
});
