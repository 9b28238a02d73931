import { MemoryFilter, NewMemory } from '../../src/memory/memory';
import { embedded } from '../support/memories';
import { DIMENSION, unitVector, vectorNear } from '../support/vectors';
import { ContractContext } from './contract-context';

const QUESTION = unitVector(1_000_000);

/** Vectors of half precision differ from ours by less. */
const TOLERANCE = 1e-3;

export function describeSearching(context: ContractContext): void {
  /** Memories `0`, `1`, ... in this order of nearness, each `step` less similar, stored in another order. */
  async function ranked(
    count: number,
    options: { step?: number; fields?: (rank: number) => Partial<NewMemory> } = {},
  ): Promise<number> {
    const userId = context.newUser();
    const batch = Array.from({ length: count }, (_, rank) => {
      const similarity = 0.95 - rank * (options.step ?? 0.004);
      return embedded({ externalId: `${rank}`, ...options.fields?.(rank) }, [
        vectorNear(QUESTION, similarity, rank + 1),
      ]);
    });
    // 7 has no common factor with any count used here, so that this visits each once.
    await context.backend.store(
      userId,
      batch.map((_, i) => batch[(i * 7) % count]!),
    );
    return userId;
  }

  const ranks = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i}`);

  describe('searching', () => {
    it('gives the nearest in order with their cosine similarity', async () => {
      const userId = await ranked(150);
      for (const limit of [1, 10, 149, 150, 1_000]) {
        const nearest = await context.nearest(userId, QUESTION, { limit });
        expect(nearest.map(({ id }) => id)).toEqual(ranks(0, Math.min(limit, 150)));
        for (const [rank, { similarity }] of nearest.entries()) {
          expect(Math.abs(similarity - (0.95 - rank * 0.004))).toBeLessThan(TOLERANCE);
        }
      }
    });

    it('answers whole memories and says that few memories were compared exhaustively', async () => {
      const userId = await ranked(3);
      const answer = await context.backend.search(userId, { vector: QUESTION, filter: {}, limit: 3 });
      expect(answer.exhaustive).toBe(true);
      for (const { memory } of answer.hits) {
        expect(memory).toEqual(await context.backend.find(userId, memory.id));
      }
    });

    it('gives opposite vectors too, and keeps similarities within [-1, 1]', async () => {
      const userId = context.newUser();
      const opposite = QUESTION.map((component) => -component);
      await context.backend.store(userId, [
        embedded({ externalId: 'opposite' }, [opposite]),
        embedded({ externalId: 'same' }, [QUESTION]),
        embedded({ externalId: 'across' }, [vectorNear(QUESTION, 0, 1)]),
      ]);
      const nearest = await context.nearest(userId, QUESTION);
      expect(nearest.map(({ id }) => id)).toEqual(['same', 'across', 'opposite']);
      const similarities = nearest.map(({ similarity }) => similarity);
      expect(Math.max(...similarities)).toBeLessThanOrEqual(1);
      expect(Math.min(...similarities)).toBeGreaterThanOrEqual(-1);
      for (const [i, exact] of [1, 0, -1].entries()) expect(similarities[i]).toBeCloseTo(exact, 3);
    });

    it('orders equally near memories by id', async () => {
      const userId = context.newUser();
      const stored = await context.backend.store(
        userId,
        Array.from({ length: 9 }, () => embedded({}, [unitVector(3)])),
      );
      const ids = stored.map(({ id }) => id).sort();
      // A store that writes revisions elsewhere has them in another order now.
      for (const id of [ids[5]!, ids[0]!, ids[3]!]) {
        await context.backend.update(userId, id, (memory) => ({ ...memory, agentId: 'revised' }));
      }
      for (const limit of [4, 9]) {
        const { hits } = await context.backend.search(userId, { vector: QUESTION, filter: {}, limit });
        expect(hits.map(({ memory }) => memory.id)).toEqual(ids.slice(0, limit));
      }
    });

    it('leaves out what is less similar than asked', async () => {
      const userId = await ranked(20, { step: 0.04 });
      const minSimilarity = 0.95 - 4 * 0.04 - 0.02;
      expect((await context.nearest(userId, QUESTION, { minSimilarity })).map(({ id }) => id)).toEqual(
        ranks(0, 5),
      );
      expect(await context.nearest(userId, QUESTION, { minSimilarity: 0.99 })).toEqual([]);
      expect(await context.nearest(userId, QUESTION, { minSimilarity: -1 })).toHaveLength(20);
    });

    it('counts a memory once with its best chunk, wherever that is', async () => {
      const userId = context.newUser();
      const chunks = (best: number, position: number) =>
        Array.from({ length: 6 }, (_, i) =>
          vectorNear(QUESTION, i === position ? best : 0.1, 10 * position + i),
        );
      await context.backend.store(userId, [
        embedded({ externalId: 'middle' }, chunks(0.7, 3)),
        embedded({ externalId: 'last' }, chunks(0.9, 5)),
        embedded({ externalId: 'first' }, chunks(0.8, 0)),
      ]);
      const nearest = await context.nearest(userId, QUESTION);
      expect(nearest.map(({ id }) => id)).toEqual(['last', 'first', 'middle']);
      for (const [i, exact] of [0.9, 0.8, 0.7].entries())
        expect(nearest[i]?.similarity).toBeCloseTo(exact, 2);
    });

    it('lets memories of many chunks not crowd out others', async () => {
      const userId = await ranked(15, { step: 0.02, fields: () => ({ agentId: 'short' }) });
      const long = Array.from({ length: 8 }, (_, memory) =>
        embedded(
          { externalId: `long ${memory}` },
          Array.from({ length: 40 }, (_, i) =>
            vectorNear(QUESTION, 0.99 - memory * 0.004, 1_000 + 40 * memory + i),
          ),
        ),
      );
      await context.backend.store(userId, long);
      const order = [...long.map(({ memory }) => memory.externalId), ...ranks(0, 15)];
      for (const limit of [5, 10, 23, 100]) {
        const nearest = await context.nearest(userId, QUESTION, { limit });
        expect(nearest.map(({ id }) => id)).toEqual(order.slice(0, limit));
      }
      const short = await context.nearest(userId, QUESTION, { limit: 3, filter: { agentId: 'short' } });
      expect(short.map(({ id }) => id)).toEqual(ranks(0, 3));
    });

    it('never gives fewer than exist when a filter leaves only the farthest', async () => {
      const count = 600;
      const project = { id: 0, name: 'Rare' };
      const userId = await ranked(count, {
        step: 0.002,
        fields: (rank) => {
          const rare = rank >= count - 5;
          return {
            sessionId: rare ? 2 : 1,
            sessionType: rare ? 'rare' : 'common',
            agentId: rare ? 'rare' : 'common',
            speaker: rare ? 'Rare' : null,
            contentType: rare ? 'rare' : 'common',
            occurredAt: new Date(Date.UTC(rare ? 2021 : 2020, 0, 1)),
            metadata: { rare, list: rare ? ['x', 'y'] : ['y'], deep: { rank } },
          };
        },
      });
      const owned = await context.backend.ensureProject(userId, project.name);
      for (const key of ranks(count - 5, count)) {
        await context.backend.update(userId, key, (memory) => ({
          ...memory,
          projectId: owned.id,
          project: owned.name,
        }));
      }
      const compare = (path: string[], comparison: object) =>
        ({ metadata: { kind: 'compare', path, comparison } }) as MemoryFilter;
      const filters: MemoryFilter[] = [
        { projectId: owned.id },
        { sessionId: 2 },
        { sessionType: 'rare' },
        { agentId: 'rare' },
        { speaker: 'Rare' },
        { contentTypes: ['rare', 'absent'] },
        { occurredAfter: new Date(Date.UTC(2021, 0, 1)) },
        { occurredAfter: new Date(Date.UTC(2020, 0, 2)), agentId: 'rare', sessionId: 2 },
        compare(['rare'], { operator: 'eq', value: true }),
        compare(['list'], { operator: 'contains', value: 'x' }),
        compare(['deep', 'rank'], { operator: 'gte', value: count - 5 }),
        {
          metadata: { kind: 'not', condition: compare(['rare'], { operator: 'eq', value: false }).metadata! },
        },
      ];
      for (const filter of filters) {
        const farthest = await context.nearest(userId, QUESTION, { filter, limit: 10 });
        expect([filter, farthest.map(({ id }) => id)]).toEqual([filter, ranks(count - 5, count)]);
        const first = await context.nearest(userId, QUESTION, { filter, limit: 2 });
        expect([filter, first.map(({ id }) => id)]).toEqual([filter, ranks(count - 5, count - 3)]);
      }
      const common = { occurredBefore: new Date(Date.UTC(2021, 0, 1)), contentTypes: ['common'] };
      const rest = await context.nearest(userId, QUESTION, { filter: common, limit: 1_000 });
      expect(rest.map(({ id }) => id)).toEqual(ranks(0, count - 5));
    });

    it('never finds a vector of zero, but keeps, lists and counts its memory', async () => {
      const userId = context.newUser();
      const zero = () => new Float32Array(DIMENSION);
      await context.backend.store(userId, [
        embedded({ externalId: 'zero' }, [zero()]),
        embedded({ externalId: 'partly' }, [zero(), vectorNear(QUESTION, 0.5, 1), zero()]),
        // A little longer than 1, as rounding may leave it.
        embedded({ externalId: 'opposite' }, [QUESTION.map((component) => -1.00009 * component)]),
      ]);
      for (const minSimilarity of [undefined, -1]) {
        const nearest = await context.nearest(userId, QUESTION, { minSimilarity });
        expect(nearest.map(({ id }) => id)).toEqual(['partly', 'opposite']);
        expect(nearest[0]?.similarity).toBeCloseTo(0.5, 3);
      }
      expect((await context.nearest(userId, QUESTION, { limit: 1 })).map(({ id }) => id)).toEqual(['partly']);
      expect((await context.all(userId)).map(({ externalId }) => externalId)).toContain('zero');
      expect(await context.backend.statistics(userId)).toMatchObject({ memories: 3, chunks: 5 });
    });

    it('finds nothing where nothing matches', async () => {
      const userId = await ranked(5);
      expect(await context.nearest(userId, QUESTION, { filter: { agentId: 'absent' } })).toEqual([]);
      expect(await context.nearest(context.newUser(), QUESTION)).toEqual([]);
    });
  });
}
