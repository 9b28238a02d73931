import { ChromaClient } from 'chromadb';
import { collectionOf } from '../../src/memory/chroma/tenant/tenants';
import { ChromaPlace, OpenChroma } from '../support/chroma-backend';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { until } from '../support/processes';
import { unitVector } from '../support/vectors';

jest.setTimeout(60_000);

const NO_EMBEDDING = { name: 'none', generate: () => Promise.reject(new Error('no embedding')) };

describe('what ChromaDB keeps', () => {
  const place = new ChromaPlace();
  const clock = new MovableClock();
  let open: OpenChroma;
  let users = 10;

  beforeAll(async () => {
    open = await place.open({}, clock);
  });

  afterAll(() => place.clear());

  async function recordsOf(userId: number) {
    const { hostname, port } = new URL(await open.server.url());
    const client = new ChromaClient({ host: hostname, port: Number(port) });
    const named = { name: collectionOf(userId), embeddingFunction: NO_EMBEDDING };
    const { ids, documents, metadatas } = await (await client.getCollection(named)).get();
    return ids.map((id, i) => ({ id, document: documents[i], metadata: metadatas[i] }));
  }

  const chunks = (count: number): Float32Array[] => Array.from({ length: count }, (_, i) => unitVector(i));

  it("shows the caller's scalars to other clients, and nothing of what was replaced", async () => {
    const userId = users++;
    const metadata = {
      mood: 'calm',
      level: 3,
      done: false,
      list: [1],
      none: null,
      'chroma:document': 'not this',
    };
    const fields = { externalId: 'key', sessionId: 7, sessionType: 'chat' };
    const [stored] = await open.backend.store(userId, [embedded({ ...fields, metadata })]);
    const shared = { type: 'conversation', session_id: 7, session_type: 'chat' };
    const field = expect.stringContaining(stored!.id) as unknown;
    expect(await recordsOf(userId)).toEqual([
      {
        id: stored!.id,
        document: stored!.content,
        metadata: { ...shared, mood: 'calm', level: 3, done: false, wisdom_memory: field },
      },
    ]);
    await open.backend.store(userId, [embedded({ externalId: 'key', metadata: { level: 'high' } })]);
    expect((await recordsOf(userId))[0]!.metadata).toEqual({
      type: 'conversation',
      level: 'high',
      wisdom_memory: field,
    });
  });

  it('holds texts that UTF-8 cannot', async () => {
    const userId = users++;
    const content = 'half a smile \ud83d and a NUL \u0000';
    const metadata = { 'a\udc00': '\ud800', fine: 'x' };
    await open.backend.import(userId, [
      { memory: { ...(await anyMemory(userId)), content, metadata }, vectors: chunks(1) },
    ]);
    expect(await recordsOf(userId)).toMatchObject([{ document: 'half a smile \ufffd and a NUL \u0000' }]);
    const { items } = await open.backend.list(userId, { filter: {}, order: 'ascending', limit: 9 });
    expect(items).toMatchObject([{ content, metadata }]);
  });

  it('loses the chunks of a replaced memory', async () => {
    const userId = users++;
    await open.backend.store(userId, [embedded({ externalId: 'key' }, chunks(5))]);
    expect(await recordsOf(userId)).toHaveLength(5);
    await open.backend.store(userId, [embedded({ externalId: 'key' }, chunks(2))]);
    await until('two records', async () => (await recordsOf(userId)).length === 2);
  });

  it('loses what has expired, at the next write or when the user is loaded', async () => {
    const [first, second] = [users++, users++];
    for (const userId of [first, second])
      await open.backend.store(userId, [
        embedded({ externalId: 'expiring', expiresAt: clock.in(1_000) }, chunks(3)),
        embedded({ externalId: 'staying' }),
      ]);
    clock.advance(1_000);
    await open.backend.store(first, [embedded()]);
    await until('the stored two', async () => (await recordsOf(first)).length === 2);
    await place.close();
    open = await place.open({}, clock);
    expect(await open.backend.count(second)).toBe(1);
    await until('the one left', async () => (await recordsOf(second)).length === 1);
  });

  it('takes what is imported as it is, and again in place of itself', async () => {
    const userId = users++;
    const memory = { ...(await anyMemory(userId)), externalId: 'conv_007', contentIsPreview: true };
    const scaled = unitVector(1).map((component) => component * 3);
    await open.backend.import(userId, [{ memory, vectors: [scaled, unitVector(2)] }]);
    await open.backend.import(userId, [{ memory, vectors: [scaled, unitVector(2)] }]);
    expect(await open.backend.find(userId, 'conv_007')).toEqual(memory);
    expect(await open.backend.statistics(userId)).toMatchObject({ memories: 1, chunks: 2 });
    const query = { vector: unitVector(1), filter: {}, limit: 5 };
    const { hits } = await open.backend.search(userId, query);
    expect(hits).toHaveLength(1);
    expect(hits[0]!.similarity).toBeCloseTo(1, 5);
  });

  /** A memory that is not stored. */
  async function anyMemory(userId: number) {
    const [stored] = await open.backend.store(userId, [embedded()]);
    await open.backend.delete(userId, stored!.id);
    return stored!;
  }
});
