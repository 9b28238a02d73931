import { ChromaMemoryRepository } from '../../src/memory/chroma/chroma-memory.repository';
import { PlannedWrite } from '../../src/memory/chroma/chroma-endpoint';
import { ChromaServer } from '../../src/memory/chroma/server/chroma-server';
import { EmbeddedMemory, MemoryFilter } from '../../src/memory/memory';
import { BackendUnavailableError, BatchTooLargeError } from '../../src/memory/memory.errors';
import { bestSimilarity } from '../../src/memory/similarity';
import { ChromaPlace } from '../support/chroma-backend';
import { embedded } from '../support/memories';
import { seededRandom } from '../support/random';
import { unitVector } from '../support/vectors';

jest.setTimeout(60_000);

const OPTIONS = { shared: false, mostVectors: 50_000, mostBytes: 64e6 };

/** Counts what is written to it: every write is prepared. */
class CountingServer extends ChromaServer {
  writes = 0;

  override prepareWrite(write: PlannedWrite): Promise<void> {
    this.writes++;
    return super.prepareWrite(write);
  }
}

describe('ChromaDB with many requests at once', () => {
  const place = new ChromaPlace();
  const log = { debug: () => undefined, warn: () => undefined };
  const server = new CountingServer({ directory: place.directory, log });
  const backend = new ChromaMemoryRepository(server, { now: () => new Date() }, OPTIONS);
  let users = 1;

  beforeAll(() => backend.connect());

  afterAll(async () => {
    await backend.close();
    await place.clear();
  });

  /** A user who has stored something. */
  async function knownUser(): Promise<number> {
    const userId = users++;
    await backend.store(userId, [embedded({ content: 'before' })]);
    return userId;
  }

  /** What was stored of each, or the error that it got. */
  async function storeAtOnce(userId: number, requests: readonly EmbeddedMemory[][]): Promise<unknown[]> {
    const outcomes = await Promise.allSettled(requests.map((request) => backend.store(userId, request)));
    return outcomes.map((outcome) =>
      outcome.status === 'fulfilled'
        ? outcome.value.map(({ content }) => content)
        : (outcome.reason as unknown),
    );
  }

  it('stores what waits for the same user together', async () => {
    const userId = await knownUser();
    const contents = Array.from({ length: 40 }, (_, i) => [`${i}a`, `${i}b`]);
    const before = server.writes;
    const requests = contents.map((request) => request.map((content) => embedded({ content })));
    expect(await storeAtOnce(userId, requests)).toEqual(contents);
    expect(await backend.count(userId)).toBe(81);
    expect(server.writes - before).toBe(1);
  });

  it('lets none fail because of another', async () => {
    const userId = await knownUser();
    const outcomes = await storeAtOnce(userId, [
      [embedded({ content: 'first' })],
      [embedded({ content: 'good' })],
      [embedded({ content: 'good too' }), embedded({ content: 'of another model' }, [Float32Array.of(1)])],
      [embedded({ content: 'as good' })],
      [
        embedded(
          {},
          Array.from({ length: 6_000 }, (_, i) => Float32Array.of(i)),
        ),
      ],
      [embedded({ content: 'last' })],
    ]);
    expect(outcomes).toEqual([
      ['first'],
      ['good'],
      expect.any(BackendUnavailableError),
      ['as good'],
      expect.any(BatchTooLargeError),
      ['last'],
    ]);
    const { items } = await backend.list(userId, { filter: {}, order: 'ascending', limit: 10 });
    const stored = items.map(({ content }) => content);
    expect(stored.sort()).toEqual(['as good', 'before', 'first', 'good', 'last']);
  });

  it('stores the same external id once, whoever comes last', async () => {
    const userId = await knownUser();
    const requests = Array.from({ length: 9 }, (_, i) => [
      embedded({ externalId: 'key', content: `${i}` }),
      embedded({ content: 'beside it' }),
    ]);
    const stored = await Promise.all(requests.map((request) => backend.store(userId, request)));
    expect(new Set(stored.map(([memory]) => memory!.id)).size).toBe(1);
    expect(await backend.find(userId, 'key')).toMatchObject({ content: '8', id: stored[0]![0]!.id });
    expect(await backend.count(userId)).toBe(11);
  });

  it('finds the nearest of what was there all the while, and nothing that was deleted before', async () => {
    const userId = await knownUser();
    const random = seededRandom(9);
    const vectorOf = new Map<string, Float32Array>();
    /** Being changed just now, by one writer each; and those that were since a search began. */
    const [busy, touched] = [new Set<string>(), new Set<string>()];
    let keys = 0;
    const change = async (key: string, work: () => Promise<unknown>) => {
      busy.add(key);
      touched.add(key);
      vectorOf.delete(key);
      await work();
      busy.delete(key);
    };
    const store = (key: string) =>
      change(key, async () => {
        const vector = unitVector(Math.floor(random.next() * 1e9));
        await backend.store(userId, [embedded({ externalId: key, metadata: { n: 1 } }, [vector])]);
        vectorOf.set(key, vector);
      });
    const write = async () => {
      const known = [...vectorOf.keys()];
      const chance = random.next();
      if (chance < 0.4) await store(`${keys++}`);
      else if (chance < 0.7) await store(random.pick(known));
      else {
        const key = random.pick(known);
        await change(key, () => backend.delete(userId, key));
      }
    };
    await Promise.all(Array.from({ length: 600 }, () => store(`${keys++}`)));
    let writing = true;
    const writers = Array.from({ length: 4 }, async () => {
      while (writing) await write();
    });
    for (let round = 0; round < 20; round++) {
      touched.clear();
      for (const key of busy) touched.add(key);
      const before = new Map(vectorOf);
      const question = unitVector(-round - 1);
      const query = { vector: question, filter: SLOW_FILTER, limit: 10 };
      const { hits } = await backend.search(userId, query);
      const found = hits.map(({ memory }) => memory.externalId!);
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter((key) => !before.has(key) && !touched.has(key))).toEqual([]);
      const lasting = [...before].filter(([key]) => !touched.has(key));
      const nearest = lasting
        .map(([key, vector]) => ({ key, similarity: bestSimilarity(question, [vector])! }))
        .sort((a, b) => b.similarity - a.similarity);
      // Each of those that were changed meanwhile may stand before them, or have been when the search began.
      const sure = nearest.slice(0, 10 - found.filter((key) => touched.has(key)).length);
      expect(found).toEqual(expect.arrayContaining(sure.map(({ key }) => key)));
    }
    writing = false;
    await Promise.all(writers);
  });
});

/** Matches all, slowly enough that a search is interrupted by writes. */
const SLOW_FILTER: MemoryFilter = {
  metadata: {
    kind: 'and',
    conditions: Array.from({ length: 500 }, () => ({
      kind: 'compare',
      path: ['n'],
      comparison: { operator: 'eq', value: 1 },
    })),
  },
};
