import { openChromaDirectory } from '../../src/chroma-directory/chroma-directory';
import { ChromaMemoryRepository } from '../../src/memory/chroma/chroma-memory.repository';
import { ChromaPlace } from '../support/chroma-backend';
import { embedded } from '../support/memories';
import { MovableClock } from '../support/movable-clock';
import { unitVector } from '../support/vectors';

jest.setTimeout(60_000);

const USER = 7;
const nothing = () => Promise.resolve(new Set<string>());

describe('memories that ChromaDB keeps for PostgreSQL', () => {
  const clock = new MovableClock();
  let place: ChromaPlace;
  let backend: ChromaMemoryRepository;

  beforeEach(async () => {
    place = new ChromaPlace();
    backend = await open();
  });

  afterEach(() => place.clear());

  async function open(marksPending = true): Promise<ChromaMemoryRepository> {
    await place.close();
    return (await place.open({ marksPending }, clock)).backend;
  }

  const settle = (arrived = nothing as Parameters<ReturnType<typeof backend.pendingRecords>['settle']>[0]) =>
    backend.pendingRecords().settle(arrived, clock.now());

  /** What a reader of the directory finds marked, by external id. */
  async function markedInDirectory(): Promise<string[]> {
    await place.close();
    const directory = openChromaDirectory(place.directory);
    const marked: string[] = [];
    for (const collection of directory.collections)
      for await (const { metadata } of directory.records(collection)) {
        if (metadata?.wisdom_pending !== true) continue;
        const header = JSON.parse(String(metadata.wisdom_memory)) as { externalId: string };
        marked.push(header.externalId);
      }
    directory.close();
    return marked.sort();
  }

  it('are marked when written meanwhile, whatever becomes of them, and the others are not', async () => {
    backend = await open(false);
    for (const externalId of ['untouched', 'patched', 'replaced', 'embedded anew'])
      await backend.store(USER, [embedded({ externalId })]);
    expect(await backend.countPending(USER)).toBe(0);
    backend = await open();
    await backend.update(USER, 'patched', (memory) => ({ ...memory, metadata: { mood: 'calm' } }));
    await backend.update(USER, 'embedded anew', (memory) => memory, [1, 2, 3].map(unitVector));
    await backend.store(USER, [embedded({ externalId: 'replaced' }), embedded({ externalId: 'new' })]);
    expect(await backend.countPending(USER)).toBe(4);
    const marked = ['embedded anew', 'new', 'patched', 'replaced'];
    expect(await markedInDirectory()).toEqual(marked);

    backend = await open(false);
    expect(await backend.countPending(USER)).toBe(4);
    await backend.update(USER, 'new', (memory) => ({ ...memory, metadata: {} }));
    await backend.store(USER, [embedded({ externalId: 'replaced' }, [1, 2].map(unitVector))]);
    expect(await backend.countPending(USER)).toBe(4);
    expect(await markedInDirectory()).toEqual(marked);
  });

  it('show no mark in answers, and answer no filter by it', async () => {
    const [stored] = await backend.store(USER, [embedded({ metadata: { mood: 'calm' } })]);
    expect(stored!.metadata).toEqual({ mood: 'calm', type: 'conversation' });
    expect(await backend.find(USER, stored!.id)).toEqual(stored);
    const comparison = { operator: 'exists', value: true } as const;
    const metadata = { kind: 'compare', path: ['wisdom_pending'], comparison } as const;
    const page = await backend.list(USER, { filter: { metadata }, order: 'ascending', limit: 9 });
    expect(page.items).toEqual([]);
  });

  it("keep a caller's own key of the mark's name, which marks nothing", async () => {
    backend = await open(false);
    const [stored] = await backend.store(USER, [embedded({ metadata: { wisdom_pending: true } })]);
    expect(stored!.metadata.wisdom_pending).toBe(true);
    backend = await open(false);
    expect(await backend.find(USER, stored!.id)).toEqual(stored);
    expect(await backend.countPending(USER)).toBe(0);
    expect(await settle()).toEqual(new Map());
  });

  it('wait no more once deleted or expired', async () => {
    await backend.store(USER, [
      embedded({ externalId: 'deleted' }),
      embedded({ externalId: 'expiring', expiresAt: clock.in(1_000) }),
      embedded({ externalId: 'kept' }),
    ]);
    await backend.delete(USER, 'deleted');
    clock.advance(2_000);
    expect(await backend.countPending(USER)).toBe(1);
    expect(await settle()).toEqual(new Map([[USER, 1]]));
  });

  it('lose their mark when they have arrived, and nothing else', async () => {
    const [one, other] = await backend.store(USER, [
      embedded({ externalId: 'one', metadata: { mood: 'calm' } }, [1, 2].map(unitVector)),
      embedded({ externalId: 'other' }),
    ]);
    await backend.store(1, [embedded()]);
    expect(await settle()).toEqual(
      new Map([
        [1, 1],
        [USER, 2],
      ]),
    );
    const asked: unknown[] = [];
    const waiting = await settle(async (userId, memories) => {
      asked.push(...memories.map(({ id, updatedAt }) => [userId, id, updatedAt]));
      return new Set([one!.id]);
    });
    expect(asked).toContainEqual([USER, one!.id, one!.updatedAt]);
    expect(waiting).toEqual(
      new Map([
        [1, 1],
        [USER, 1],
      ]),
    );
    backend = await open();
    expect(await backend.countPending(USER)).toBe(1);
    expect(await backend.find(USER, 'one')).toEqual(one);
    expect(await backend.find(USER, 'other')).toEqual(other);
    const { hits } = await backend.search(USER, { vector: unitVector(2), filter: {}, limit: 1 });
    expect(hits[0]!.memory).toEqual(one);
  });

  it('are counted beyond a page', async () => {
    const many = Array.from({ length: 2_345 }, () => embedded());
    const stored = await backend.store(USER, many);
    const there = new Set(stored.slice(0, 1_200).map(({ id }) => id));
    const some = () => Promise.resolve(there);
    expect(await settle(some)).toEqual(new Map([[USER, 1_145]]));
    expect(await settle()).toEqual(new Map([[USER, 1_145]]));
  });
});
