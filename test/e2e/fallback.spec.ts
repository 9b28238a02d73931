import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChromaPlace } from '../support/chroma-backend';
import { runCli } from '../support/command-line';
import { processesWith, until } from '../support/processes';
import { call as callAt } from '../support/answers';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { ServiceProcess } from '../support/service-process';
import { ThrowawayServer } from '../support/throwaway-server';

jest.setTimeout(180_000);

const BRING_OVER =
  /Memories that .* are not in it yet: bring them over with `npm run cli -- migrate-chroma --on-conflict newer`/;

describeNative('a fallback to ChromaDB', () => {
  let server: ThrowawayServer;
  let database: TestDatabase;
  let directory: string;
  let service: ServiceProcess;

  beforeEach(async () => {
    server = await ThrowawayServer.start();
    database = await createTestDatabase(server.url);
    directory = await mkdtemp(join(tmpdir(), 'fallback-'));
    await server.stop('fast');
  });

  afterEach(async () => {
    await ServiceProcess.endAll();
    await server.remove();
    await rm(directory, { recursive: true });
  });

  async function start(environment: Record<string, string> = {}): Promise<void> {
    const CHROMA_PATH = join(directory, 'chroma');
    service = await ServiceProcess.start({ CHROMA_PATH, DATABASE_URL: database.url, ...environment });
  }

  async function call(method: string, path: string, body?: object): Promise<any> {
    const answer = await callAt(await service.url(), method, `/api/memory${path}`, body);
    expect(answer.status).toBeLessThan(300);
    return answer.body;
  }

  const store = async (content: string, fields = {}) =>
    (await call('POST', '/store', { content, ...fields })).memory;
  const status = (userId = 1) => call('GET', `/status?user_id=${userId}`);
  const initialize = () => call('POST', '/initialize', {});
  const warnings = () => service.log.filter(({ level }) => level === 'warn').map(({ msg }) => String(msg));

  /** Lines of the log come a tenth of a second late. */
  const warned = (pattern: RegExp) =>
    until(`a warning like ${pattern}`, () => pattern.test(warnings().join()));

  /** What a migration would do, as far as it is looked at here: the memory is there, as it was last updated. */
  async function arrive(memories: readonly any[]): Promise<void> {
    for (const { id, user_id, content, metadata, updated_at } of memories) {
      await database.query(
        `insert into wisdom_memory.users (id, name) values ($1::bigint, 'user-' || $1::text) on conflict do nothing`,
        [user_id],
      );
      await database.query(
        `insert into wisdom_memory.memories (id, user_id, content_type, content, characters, metadata, occurred_at,
                                             created_at, updated_at)
         values ($1, $2, 'conversation', $3::text, length($3::text), $4, $5, $5, $5)`,
        [id, user_id, content, metadata, updated_at],
      );
    }
  }

  it('marks and counts what is written, through restarts, and gives way to PostgreSQL when told', async () => {
    await start();
    const tea = await store('The tea is in the blue tin.', {
      project: 'Kitchen',
      metadata: { mood: 'calm' },
    });
    const milk = await store('The milk is sour.', { external_id: 'milk' });
    await store('Somebody else likes coffee.', { user_id: 2 });
    expect(tea.metadata).toEqual({ mood: 'calm', type: 'conversation', project: 'Kitchen' });
    const patched = await call('PATCH', '/milk', { metadata: { smells: true } });
    expect(await status()).toMatchObject({ status: 'degraded', backend: 'chromadb', pending_sync: 2 });
    expect(await status(2)).toMatchObject({ pending_sync: 1, total_memories: 1 });
    expect(await status(3)).toMatchObject({ pending_sync: 0 });

    // Still away: nothing changes, and nothing is lost with the process.
    expect(await initialize()).toMatchObject({
      success: true,
      status: 'degraded',
      backend: 'chromadb',
      reason: expect.stringMatching(/ECONNREFUSED/),
      pending_sync: 2,
    });
    service.kill('SIGKILL');
    await service.ended;
    await start();
    await warned(/to be brought to PostgreSQL \(3 by now\).*POST .*initialize/);
    expect(await status()).toMatchObject({ status: 'degraded', pending_sync: 2, total_memories: 2 });

    await server.startAgain();
    expect(await initialize()).toMatchObject({
      success: true,
      status: 'available',
      backend: 'postgresql',
      postgres_available: true,
      chroma_available: false,
      total_memories: 0,
      pending_sync: 2,
      reason: expect.stringMatching(BRING_OVER),
    });
    const question = { query: 'Where is the tea?' };
    expect(await call('POST', '/search', question)).toMatchObject({
      count: 0,
      search: { backend: 'postgresql', degraded: false },
    });
    await store('The tea is in the red tin.');
    expect(await call('POST', '/search', question)).toMatchObject({ count: 1 });
    // Nobody uses ChromaDB any more, so a migration can read it while the service goes on.
    await until('the end of ChromaDB', () => processesWith(directory).length === 0);
    await warned(BRING_OVER);

    await service.stop();
    await start();
    expect(await status()).toMatchObject({
      status: 'available',
      backend: 'postgresql',
      pending_sync: 2,
      total_memories: 1,
      reason: expect.stringMatching(BRING_OVER),
    });
    await warned(BRING_OVER);
    await warned(/They are 3\./);

    // An earlier version of a memory is not what was written.
    await arrive([tea, milk]);
    expect(await initialize()).toMatchObject({ pending_sync: 1, reason: expect.stringMatching(BRING_OVER) });
    await database.query('update wisdom_memory.memories set updated_at = $1 where id = $2', [
      patched.updated_at,
      milk.id,
    ]);
    expect(await initialize()).toMatchObject({ pending_sync: 0, reason: expect.stringMatching(BRING_OVER) });
    expect(await status(2)).toMatchObject({ pending_sync: 1 });
  });

  it('leaves nothing to say when everything has arrived', async () => {
    await start();
    const tea = await store('The tea is in the blue tin.');
    await server.startAgain();
    expect(await initialize()).toMatchObject({ pending_sync: 1 });
    await until('the end of ChromaDB', () => processesWith(directory).length === 0);
    const note = join(directory, 'chroma/fallback.json');
    expect(existsSync(note)).toBe(true);
    for (const answer of await Promise.all([initialize(), initialize(), initialize()]))
      expect(answer).toMatchObject({ pending_sync: 1, reason: expect.stringMatching(BRING_OVER) });
    await arrive([tea]);
    expect(await initialize()).toMatchObject({ pending_sync: 0, reason: null, total_memories: 1 });
    expect(existsSync(note)).toBe(false);
    await service.stop();
    await start();
    expect(await status()).toMatchObject({ pending_sync: 0, reason: null });
    expect(warnings()).toEqual([]);
  });

  it('is over when migrate-chroma has brought everything, while the service goes on', async () => {
    await server.startAgain();
    await start();
    await store('Whose bread is this?', { external_id: 'bread' });
    await service.stop();
    await server.stop('fast');
    await start();
    // Its id in PostgreSQL is another.
    const bread = await store('The bread is mine.', { external_id: 'bread', metadata: { loud: true } });
    const tea = await store('The tea is in the blue tin.', {
      project: 'Kitchen',
      metadata: { mood: 'calm' },
    });
    const long = await store(`${'Of many other things. '.repeat(200)} The rum is in the cellar.`, {
      user_id: 2,
    });
    await store('The milk is fresh.', { external_id: 'milk' });
    const milk = await call('PATCH', '/milk', { content: 'The milk is sour.', metadata: { smells: true } });
    await server.startAgain();
    expect(await initialize()).toMatchObject({ backend: 'postgresql', pending_sync: 3 });
    await until('the end of ChromaDB', () => processesWith(directory).length === 0);
    const later = await store('The coffee is in the red tin.', { project: 'Pantry' });
    const { exitCode, stderr } = await runCli(['migrate-chroma', '--plain', '--on-conflict', 'newer'], {
      CHROMA_PATH: join(directory, 'chroma'),
      DATABASE_URL: database.url,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    expect(await initialize()).toMatchObject({ pending_sync: 0, reason: null, total_memories: 4 });
    expect(await status(2)).toMatchObject({ pending_sync: 0, total_memories: 1 });
    for (const { project_id: _id, ...memory } of [tea, milk, later])
      expect(await call('GET', `/${memory.id}`)).toMatchObject(memory);
    const { content, metadata } = bread;
    expect(await call('GET', '/bread')).toMatchObject({ content, metadata });
    expect(await call('GET', `/${long.id}?user_id=2`)).toMatchObject(long);
    const question = { query: 'Where is the rum?', user_id: 2, n_results: 1 };
    expect(await call('POST', '/search', question)).toMatchObject({ results: [{ id: long.id }] });
  });

  it("finds what waits on somebody else's ChromaDB, and says when that cannot be asked", async () => {
    const place = new ChromaPlace();
    const chroma = await place.open();
    const CHROMA_URL = await chroma.server.url();
    await start({ CHROMA_URL });
    const tea = await store('The tea is in the blue tin.', { user_id: 4 });
    await service.stop();
    await server.startAgain();
    await start({ CHROMA_URL });
    const waiting = { status: 'available', pending_sync: 1, reason: expect.stringMatching(BRING_OVER) };
    expect(await status(4)).toMatchObject(waiting);
    await service.stop();
    await place.clear();
    await start({ CHROMA_URL });
    expect(await status(4)).toMatchObject({
      status: 'available',
      backend: 'postgresql',
      reason: expect.stringMatching(/How many .* cannot be told. CHROMA_URL .* does not answer/),
    });
    await arrive([tea]);
    expect(await status(4)).toMatchObject({ total_memories: 1 });
  });

  it('loses no store that was under way when PostgreSQL took over, nor stores it twice', async () => {
    await start();
    await server.startAgain();
    let isWriting = true;
    const written: string[] = [];
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let n = 0; isWriting; n++) {
        const { content } = await store(`Writer ${writer} counts to ${n}.`, { project: `Project ${writer}` });
        written.push(content);
      }
    });
    await until('stores in ChromaDB', () => written.length > 20);
    await Promise.all([initialize(), initialize()]);
    const before = written.length;
    await until('stores in PostgreSQL', () => written.length > before + 20);
    isWriting = false;
    await Promise.all(writers);
    await until('the end of ChromaDB', () => processesWith(directory).length === 0);
    const { pending_sync, total_memories } = await status();
    expect(pending_sync).toBeGreaterThan(20);
    expect(total_memories).toBeGreaterThan(20);
    expect(pending_sync + total_memories).toBe(written.length);
    const rows = await database.query<{ content: string; project: string }>(
      `select content, project.name as project from wisdom_memory.memories as memory
       join wisdom_memory.projects as project on project.user_id = memory.user_id and project.id = memory.project_id`,
    );
    expect(rows).toHaveLength(total_memories);
    for (const { content, project } of rows)
      expect(project).toBe(content.replace(/^Writer (\d).*$/, 'Project $1'));
  });
});
