import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { ChromaClient, Collection } from 'chromadb';
import { ChromaMemoryRepository } from '../../src/memory/chroma/chroma-memory.repository';
import { ChromaServer } from '../../src/memory/chroma/server/chroma-server';
import { RemoteChroma } from '../../src/memory/chroma/remote-chroma';
import { collectionOf } from '../../src/memory/chroma/tenant/tenants';
import { Memory } from '../../src/memory/memory';
import { Clock } from '../../src/memory/memory-backend';
import { ChromaPlace } from '../support/chroma-backend';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { until } from '../support/processes';
import { unitVector } from '../support/vectors';

jest.setTimeout(60_000);

const NO_EMBEDDING = { name: 'none', generate: () => Promise.reject(new Error('no embedding')) };
const CLOCK = { now: () => new Date() };

/** A ChromaDB server that others run and write to, as `CHROMA_URL` names it. */
describe('ChromaDB by its URL', () => {
  const place = new ChromaPlace();
  let server: ChromaServer;
  let client: ChromaClient;
  let original: Collection;
  let backend: ChromaMemoryRepository;

  beforeAll(async () => {
    server = new ChromaServer({
      directory: place.directory,
      log: { debug: () => undefined, warn: () => undefined },
    });
    await server.start();
    const { hostname, port } = new URL(await server.url());
    client = new ChromaClient({ host: hostname, port: Number(port) });
    const options = { name: 'wisdom_sessions', embeddingFunction: NO_EMBEDDING };
    original = await client.createCollection({ ...options, configuration: { hnsw: { space: 'cosine' } } });
    await original.add({
      ids: ['conv_007', 'refl_007'],
      embeddings: [unitVector(1), unitVector(2)].map((vector) => Array.from(vector)),
      documents: ['Ann: The tea is in the blue tin.', 'Tea matters.'],
      metadatas: [
        {
          type: 'conversation',
          session_id: 7,
          session_type: 'chat',
          project: 'Tea',
          date: '2024-05-06',
          mood: 'calm',
        },
        { type: 'wisdom_reflection', session_id: 7 },
      ],
    });
    backend = await connected();
  });

  afterAll(async () => {
    await backend.close();
    await server.stop();
    await place.clear();
  });

  async function connected(clock: Clock = CLOCK, url?: string): Promise<ChromaMemoryRepository> {
    const remote = new RemoteChroma({
      url: url ?? (await server.url()),
      tenant: 'default_tenant',
      database: 'default_database',
    });
    const options = { shared: true, mostVectors: 1_000, mostBytes: 1e8 };
    const connecting = new ChromaMemoryRepository(remote, clock, options);
    await connecting.connect();
    return connecting;
  }

  async function recordsOf(userId: number): Promise<string[]> {
    const name = collectionOf(userId);
    return (await (await client.getCollection({ name, embeddingFunction: NO_EMBEDDING })).get()).ids;
  }

  async function recordOf(id: string) {
    const { documents, metadatas } = await original.get({ ids: [id] });
    return { document: documents[0], metadata: metadatas[0]! };
  }

  it("serves the original's records as they are", async () => {
    const [project] = await backend.listProjects(1);
    expect(project).toMatchObject({ name: 'Tea', memories: 1 });
    expect(await backend.find(1, 'conv_007')).toMatchObject({
      externalId: 'conv_007',
      content: 'Ann: The tea is in the blue tin.',
      contentIsPreview: true,
      speaker: 'Ann',
      sessionId: 7,
      project: 'Tea',
      projectId: project!.id,
      occurredAt: new Date('2024-05-06T00:00:00.000Z'),
      metadata: { type: 'conversation', session_id: 7, session_type: 'chat', project: 'Tea', mood: 'calm' },
    });
    const { hits } = await backend.search(1, { vector: unitVector(2), filter: { sessionId: 7 }, limit: 1 });
    expect(hits).toMatchObject([{ memory: { externalId: 'refl_007' } }]);
    expect(hits[0]!.similarity).toBeCloseTo(1, 5);
    expect(await backend.count(1)).toBe(2);
  });

  it('revises one in place, for its own clients too', async () => {
    const revised = await backend.update(1, 'conv_007', (memory) => ({
      ...memory,
      sessionType: null,
      metadata: { type: 'conversation', session_id: 7, project: 'Tea', mood: 'merry', list: [1] },
    }));
    expect(revised).toMatchObject({ externalId: 'conv_007', metadata: { mood: 'merry', list: [1] } });
    expect(await backend.find(1, revised!.id)).toEqual(revised);
    const { document, metadata } = await recordOf('conv_007');
    expect(document).toBe('Ann: The tea is in the blue tin.');
    expect(metadata).toMatchObject({ type: 'conversation', session_id: 7, project: 'Tea', mood: 'merry' });
    expect(metadata).not.toHaveProperty('session_type');
    expect(metadata).not.toHaveProperty('date');
  });

  it('replaces one by its id there, under that id', async () => {
    const before = await backend.find(1, 'refl_007');
    const input = { externalId: 'refl_007', content: 'new', metadata: { mood: 'new' } };
    const [after] = await backend.store(1, [embedded(input, [unitVector(3), unitVector(4)])]);
    expect(after!.id).toBe(before!.id);
    expect(await recordOf('refl_007')).toMatchObject({ document: 'new', metadata: { mood: 'new' } });
    expect(await backend.count(1)).toBe(2);
    expect(await original.count()).toBe(3);
  });

  it('sees what others store and delete a moment later', async () => {
    const other = await connected();
    await other.store(1, [embedded({ externalId: 'from elsewhere' })]);
    await until('the new one', async () => (await backend.find(1, 'from elsewhere')) !== undefined);
    await original.delete({ ids: ['conv_007'] });
    await until('one less', async () => (await backend.find(1, 'conv_007')) === undefined);
    expect(await other.find(1, 'conv_007')).toBeUndefined();
    await backend.store(1, [embedded({ externalId: 'own' })]);
    await until('the own one there', async () => (await other.find(1, 'own')) !== undefined);
    await other.close();
  });

  it('writes where it is sent on to', async () => {
    const target = await server.url();
    const proxy = createServer(({ url }, response) =>
      response.writeHead(308, { location: `${target}${url}` }).end(),
    );
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const behind = await connected(CLOCK, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    await behind.store(7, [embedded({ externalId: 'sent on' })]);
    expect(await backend.find(7, 'sent on')).toMatchObject({ externalId: 'sent on' });
    await behind.close();
    proxy.close();
  });

  it('makes no collection by reading', async () => {
    expect(await backend.count(9)).toBe(0);
    expect(await backend.find(9, 'key')).toBeUndefined();
    expect(await backend.listProjects(9)).toEqual([]);
    const names = (await client.listCollections()).map(({ name }) => name);
    expect(names).not.toContain('wisdom_sessions_u9');
  });

  it('recovers when a collection is deleted under it', async () => {
    await backend.store(8, [embedded({ externalId: 'lost' })]);
    await client.deleteCollection({ name: 'wisdom_sessions_u8' });
    await expect(backend.store(8, [embedded({ externalId: 'next' })])).rejects.toThrow(/deleted it/);
    await backend.store(8, [embedded({ externalId: 'next' })]);
    expect(await backend.count(8)).toBe(1);
  });

  it('refuses questions of another dimension, saying so', async () => {
    const question = { vector: Float32Array.of(1, 0, 0), filter: {}, limit: 1 };
    await expect(backend.search(1, question)).rejects.toThrow(/EMBEDDING_MODEL/);
    await expect(backend.store(1, [embedded({}, [Float32Array.of(1, 0)])])).rejects.toThrow(
      /EMBEDDING_MODEL/,
    );
  });

  it('removes what has expired only if it has where it is stored', async () => {
    const userId = 5;
    const clock = new MovableClock();
    const [own, other] = [await connected(clock), await connected(clock)];
    const vectors = [unitVector(1), unitVector(2)];
    const expiresAt = clock.in(60_000);
    const keys = ['prolonged', 'prolonged anew', 'over'];
    await own.store(
      userId,
      keys.map((externalId) => embedded({ externalId, expiresAt }, vectors)),
    );
    expect(await other.count(userId)).toBe(3);
    const prolong = (memory: Memory) => ({ ...memory, expiresAt: null });
    await own.update(userId, 'prolonged', prolong);
    await own.update(userId, 'prolonged anew', prolong, vectors);
    await until('no chunks left over', async () => (await recordsOf(userId)).length === 6);

    clock.advance(60_000);
    await other.store(userId, [embedded({ externalId: 'new' })]);
    await until('the end of one', async () => (await recordsOf(userId)).length === 5);
    await until('what it missed', async () => (await other.count(userId)) === 3);
    for (const externalId of ['prolonged', 'prolonged anew', 'new'])
      await until(externalId, async () => (await own.find(userId, externalId)) !== undefined);
    expect(await own.count(userId)).toBe(3);
    const { hits } = await own.search(userId, { vector: unitVector(2), filter: {}, limit: 2 });
    expect(hits.map(({ similarity }) => similarity.toFixed(3))).toEqual(['1.000', '1.000']);
    await Promise.all([own.close(), other.close()]);
  });

  it.each([
    ['http://127.0.0.1:9', 'CHROMA_URL http://127.0.0.1:9 does not answer'],
    ['http://127.0.0.1:9/chroma', 'CHROMA_URL has the path /chroma'],
  ])('says what is wrong with %s', async (url, problem) => {
    const nowhere = new RemoteChroma({ url, tenant: 't', database: 'd' });
    const options = { shared: true, mostVectors: 1_000, mostBytes: 1e8 };
    const lost = new ChromaMemoryRepository(nowhere, CLOCK, options);
    await expect(lost.connect()).rejects.toThrow(problem);
    await lost.close();
  });
});
