import { Memory, MemoryFilter, Position } from '../../src/memory/memory';
import { byOccurrence } from '../../src/memory/stored-memory';
import { embedded } from '../support/memories';
import { ContractContext } from './contract-context';

type Order = 'ascending' | 'descending';

const at = (minute: number) => new Date(Date.UTC(2020, 0, 1, 0, minute));

export function describeListing(context: ContractContext): void {
  /** Times in no order, with ties of up to four. */
  async function manyTied(count: number): Promise<{ userId: number; sorted: Memory[] }> {
    const userId = context.newUser();
    const stored = await context.backend.store(
      userId,
      Array.from({ length: count }, (_, i) =>
        embedded({ occurredAt: at((i * 7) % 8), agentId: i % 3 ? 'a' : 'b', metadata: { i } }),
      ),
    );
    return { userId, sorted: [...stored].sort(byOccurrence) };
  }

  /** Follows `next` to the end. `between` runs after each page but the last. */
  async function pages(
    userId: number,
    order: Order,
    limit: number,
    filter: MemoryFilter = {},
    between: (page: number) => Promise<void> = async () => {},
  ): Promise<Memory[][]> {
    const read: Memory[][] = [];
    let after: Position | undefined;
    while (read.length < 1_000) {
      const { items, next } = await context.backend.list(userId, { filter, order, limit, after });
      read.push(items);
      if (!next) return read;
      after = next;
      await between(read.length);
    }
    throw new Error('the list has no end');
  }

  describe('listing', () => {
    it.each<Order>(['ascending', 'descending'])('orders by time, ties by id: %s', async (order) => {
      const { userId, sorted } = await manyTied(26);
      const { items, next } = await context.backend.list(userId, { filter: {}, order, limit: 100 });
      expect(items).toEqual(order === 'ascending' ? sorted : sorted.reverse());
      expect(next).toBeNull();
    });

    it.each<[Order, number]>([
      ['ascending', 7],
      ['descending', 7],
      ['ascending', 13],
      ['descending', 1],
      ['ascending', 26],
      ['descending', 25],
    ])('gives each memory once in %s pages of %d', async (order, limit) => {
      const { userId, sorted } = await manyTied(26);
      const read = await pages(userId, order, limit);
      expect(read).toHaveLength(Math.ceil(26 / limit));
      expect(read.flat()).toEqual(order === 'ascending' ? sorted : sorted.reverse());
    });

    it.each<Order>(['ascending', 'descending'])('pages what a filter leaves: %s', async (order) => {
      const { userId, sorted } = await manyTied(26);
      const expected = sorted.filter(({ agentId }) => agentId === 'a');
      const read = await pages(userId, order, 4, { agentId: 'a' });
      expect(read.flat()).toEqual(order === 'ascending' ? expected : expected.reverse());
    });

    it.each<Order>(['ascending', 'descending'])(
      'gives each memory once whatever is stored and deleted between pages: %s',
      async (order) => {
        const { userId, sorted } = await manyTied(24);
        const deleted = order === 'ascending' ? sorted[3]! : sorted.at(-4)!;
        const read = await pages(userId, order, 4, {}, async (page) => {
          for (const minute of [0, 3, 7, 100]) {
            await context.storeOne(userId, embedded({ occurredAt: at(minute), content: 'between' }));
          }
          // The last memory of the first page: its place is where the second starts.
          if (page === 1) await context.backend.delete(userId, deleted.id);
        });
        const ids = read.flat().map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const original = read.flat().filter(({ content }) => content !== 'between');
        expect(original).toEqual(order === 'ascending' ? sorted : sorted.reverse());
      },
    );

    it('starts strictly behind any place, also one without a memory', async () => {
      const { userId, sorted } = await manyTied(26);
      const lowest = '00000000-0000-7000-8000-000000000000';
      const query = { filter: {}, limit: 100, after: { occurredAt: at(4), id: lowest } };
      const later = await context.backend.list(userId, { ...query, order: 'ascending' });
      expect(later.items).toEqual(sorted.filter(({ occurredAt }) => occurredAt >= at(4)));
      const earlier = await context.backend.list(userId, { ...query, order: 'descending' });
      expect(earlier.items).toEqual(sorted.filter(({ occurredAt }) => occurredAt < at(4)).reverse());
    });

    it('counts everything that the filter matches when asked, on every page', async () => {
      const { userId, sorted } = await manyTied(26);
      const query = { filter: { agentId: 'a' }, order: 'ascending', limit: 5 } as const;
      const total = sorted.filter(({ agentId }) => agentId === 'a').length;
      const first = await context.backend.list(userId, { ...query, withTotal: true });
      expect(first.total).toBe(total);
      const second = await context.backend.list(userId, { ...query, withTotal: true, after: first.next! });
      expect(second.total).toBe(total);
      expect(await context.backend.list(userId, query)).not.toHaveProperty('total');
    });

    it('gives an empty last page for nothing', async () => {
      const query = { filter: {}, order: 'descending', limit: 5, withTotal: true } as const;
      expect(await context.backend.list(context.newUser(), query)).toEqual({
        items: [],
        next: null,
        total: 0,
      });
    });

    it('orders times before 1970 and far ahead', async () => {
      const userId = context.newUser();
      const times = [
        '9999-12-31T23:59:59.999Z',
        '1969-12-31T23:59:59.999Z',
        '0001-01-01T00:00:00.000Z',
        '1970-01-01T00:00:00.000Z',
      ];
      await context.backend.store(
        userId,
        times.map((time) => embedded({ occurredAt: new Date(time) })),
      );
      const read = await pages(userId, 'ascending', 1);
      expect(read.flat().map(({ occurredAt }) => occurredAt.toISOString())).toEqual([...times].sort());
    });
  });
}
