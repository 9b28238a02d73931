import { ChromaMemoryRepository } from '../../src/memory/chroma/chroma-memory.repository';
import { MemoryFilter, SearchAnswer } from '../../src/memory/memory';
import { ChromaPlace } from '../support/chroma-backend';
import { embedded } from '../support/memories';
import { seededRandom } from '../support/random';
import { unitVector, vectorNear } from '../support/vectors';

jest.setTimeout(120_000);

const QUESTION = unitVector(1_000_000);
const MEMORIES = 1_500;

describe('ChromaDB with more vectors than are kept in memory', () => {
  const place = new ChromaPlace();
  let exact: ChromaMemoryRepository;
  let backend: ChromaMemoryRepository;

  /** The `i`-th is the `i`-th nearest to the question; every fifth has three chunks, the others two of no interest. */
  const memories = Array.from({ length: MEMORIES }, (_, i) => {
    const near = vectorNear(QUESTION, 0.95 - (i * 0.9) / MEMORIES, i);
    const further = i % 5 === 0 ? [unitVector(10_000 + i), unitVector(20_000 + i)] : [];
    const labels = { agentId: i % 2 === 0 ? 'even' : 'odd', sessionId: i % 300 };
    return embedded({ externalId: `${i}`, ...labels }, [...further, near]);
  });

  beforeAll(async () => {
    const random = seededRandom(5);
    const shuffled = memories
      .map((memory) => ({ memory, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ memory }) => memory);
    ({ backend: exact } = await place.open());
    for (let i = 0; i < MEMORIES; i += 500) await exact.store(1, shuffled.slice(i, i + 500));
  });

  afterAll(() => place.clear());

  async function search(
    limit: number,
    filter: MemoryFilter = {},
  ): Promise<SearchAnswer & { keys: number[] }> {
    const answer = await backend.search(1, { vector: QUESTION, limit, filter });
    return { ...answer, keys: answer.hits.map(({ memory }) => Number(memory.externalId)) };
  }

  it('compares all of them up to the limit', async () => {
    backend = exact;
    expect(await search(3)).toMatchObject({ strategy: 'exact', exhaustive: true, keys: [0, 1, 2] });
    await place.close();
    ({ backend } = await place.open({ mostVectors: 1_000 }));
  });

  it('asks the index beyond it, and says so', async () => {
    expect(await search(3)).toMatchObject({ strategy: 'index', exhaustive: false, keys: [0, 1, 2] });
  });

  it('gives as many as are asked for, each once, the nearest first', async () => {
    const { keys, hits } = await search(100);
    expect(new Set(keys).size).toBe(100);
    expect(keys.filter((key) => key < 100).length).toBeGreaterThanOrEqual(98);
    const similarities = hits.map(({ similarity }) => similarity);
    expect(similarities).toEqual([...similarities].sort((a, b) => b - a));
    expect(hits[0]!.similarity).toBeCloseTo(0.95, 5);
  });

  it('asks for more when half of what it finds is filtered out', async () => {
    const { keys, strategy } = await search(50, { agentId: 'odd' });
    expect(strategy).toBe('index');
    expect(keys).toHaveLength(50);
    expect(keys.every((key) => key % 2 === 1)).toBe(true);
  });

  it('compares the few that a filter leaves', async () => {
    const last = MEMORIES - 1;
    const filter = { sessionId: last % 300 };
    const expected = [4, 3, 2, 1, 0].map((turn) => last - turn * 300);
    expect(await search(10, filter)).toMatchObject({ strategy: 'exact', exhaustive: true, keys: expected });
  });

  it('compares all when most are wanted', async () => {
    const { keys, strategy } = await search(1_400);
    expect(strategy).toBe('exact');
    expect(keys).toEqual(Array.from({ length: 1_400 }, (_, i) => i));
  });

  it('changes over when a user grows beyond the limit', async () => {
    const query = { vector: QUESTION, limit: 5, filter: {} };
    await backend.store(2, memories.slice(0, 500));
    expect(await backend.search(2, query)).toMatchObject({ strategy: 'exact' });
    await backend.store(2, memories.slice(500, 1_000));
    expect(await backend.search(2, query)).toMatchObject({ strategy: 'index' });
    const { hits } = await backend.search(2, query);
    expect(hits.map(({ memory }) => memory.externalId)).toEqual(['0', '1', '2', '3', '4']);
  });

  it('does not keep others waiting while it looks through many', async () => {
    const comparison = { operator: 'eq', value: 'nothing' } as const;
    const compare = { kind: 'compare', path: ['agentId', 'x'], comparison } as const;
    const condition = { kind: 'or', conditions: Array.from({ length: 5_000 }, () => compare) } as const;
    let turns = 0;
    let turning = setImmediate(function turn() {
      turns++;
      turning = setImmediate(turn);
    });
    const filter = { metadata: { kind: 'not', condition } } as const;
    const page = await backend.list(1, { filter, order: 'ascending', limit: 1, withTotal: true });
    clearImmediate(turning);
    expect(page.total).toBe(MEMORIES);
    // Without pauses, one turn at the beginning and one at the end.
    expect(turns).toBeGreaterThan(4);
  });
});
