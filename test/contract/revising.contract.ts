import { Memory } from '../../src/memory/memory';
import { embedded } from '../support/memories';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

function counted(memory: Memory): Memory {
  return { ...memory, metadata: { ...memory.metadata, count: Number(memory.metadata['count'] ?? 0) + 1 } };
}

export function describeRevising(context: ContractContext): void {
  describe('revising', () => {
    it('puts what `revise` makes of the current memory in its place', async () => {
      const userId = context.newUser();
      const project = await context.backend.ensureProject(userId, 'Tea');
      const stored = await context.storeOne(
        userId,
        embedded({ externalId: 'key', agentId: 'agent', metadata: { gone: 1, kept: { deep: [1] } } }),
      );
      context.clock.advance(1_000);
      let seen: Memory | undefined;
      const changes = {
        projectId: project.id,
        project: 'Tea',
        sessionId: 5,
        sessionType: 'chat',
        agentId: null,
        speaker: 'Ana',
        contentType: 'note',
        content: 'Other words.',
        metadata: { kept: { deep: [1] }, added: true },
        occurredAt: new Date('2001-02-03T04:05:06.007Z'),
        expiresAt: context.clock.in(1e9),
      };
      const revised = await context.backend.update(userId, 'key', (current) => {
        seen = current;
        return { ...current, ...changes };
      });
      expect(seen).toEqual(stored);
      expect(revised).toEqual({ ...stored, ...changes, updatedAt: context.clock.now() });
      expect(await context.backend.find(userId, stored.id)).toEqual(revised);
      expect(await context.all(userId, { projectId: project.id, sessionId: 5, speaker: 'Ana' })).toEqual([
        revised,
      ]);
      expect(await context.all(userId, { agentId: 'agent' })).toEqual([]);
    });

    it('keeps the vectors without new ones and replaces all of them with', async () => {
      const userId = context.newUser();
      const vectors = [1, 2, 3].map(unitVector);
      const { id } = await context.storeOne(userId, embedded({}, vectors));
      await context.backend.update(userId, id, (memory) => ({ ...memory, agentId: 'a' }));
      for (const vector of vectors) {
        expect((await context.nearest(userId, vector))[0]?.similarity).toBeCloseTo(1, 3);
      }
      for (const replacing of [[4], [5, 6, 7, 8], [9, 10]].map((seeds) => seeds.map(unitVector))) {
        await context.backend.update(userId, id, counted, replacing);
        expect((await context.backend.statistics(userId)).chunks).toBe(replacing.length);
        for (const vector of replacing) {
          expect((await context.nearest(userId, vector))[0]?.similarity).toBeCloseTo(1, 3);
        }
        for (const vector of vectors) {
          expect((await context.nearest(userId, vector))[0]?.similarity).toBeLessThan(0.5);
        }
      }
      expect((await context.backend.find(userId, id))?.metadata['count']).toBe(3);
    });

    it('moves the memory in the order of the list when its time changes', async () => {
      const userId = context.newUser();
      const at = (day: number) => new Date(Date.UTC(2020, 0, day));
      await context.backend.store(
        userId,
        ['a', 'b', 'c'].map((externalId, i) => embedded({ externalId, occurredAt: at(1 + i) })),
      );
      await context.backend.update(userId, 'c', (memory) => ({ ...memory, occurredAt: at(0) }));
      expect((await context.all(userId)).map(({ externalId }) => externalId)).toEqual(['c', 'a', 'b']);
    });

    it('lets each of several concurrent revisions see the one before', async () => {
      const userId = context.newUser();
      const { id } = await context.storeOne(userId, embedded({ externalId: 'key' }));
      await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          context.backend.update(userId, i % 2 ? id : 'key', counted, i % 3 ? undefined : [unitVector(i)]),
        ),
      );
      expect((await context.backend.find(userId, id))?.metadata['count']).toBe(12);
      expect(await context.backend.statistics(userId)).toMatchObject({ memories: 1, chunks: 1 });
    });

    it('loses nothing of concurrent revisions of different memories', async () => {
      const userId = context.newUser();
      const stored = await context.backend.store(
        userId,
        Array.from({ length: 10 }, () => embedded()),
      );
      await Promise.all(stored.map(({ id }) => context.backend.update(userId, id, counted)));
      expect((await context.all(userId)).map(({ metadata }) => metadata['count'])).toEqual(Array(10).fill(1));
    });

    it('throws what `revise` throws and changes nothing', async () => {
      const userId = context.newUser();
      const stored = await context.storeOne(userId, embedded({ metadata: { list: [1] } }, [unitVector(1)]));
      context.clock.advance(1_000);
      class Refusal extends Error {}
      const refused = context.backend.update(
        userId,
        stored.id,
        (current) => {
          (current.metadata['list'] as number[]).push(2);
          throw new Refusal();
        },
        [unitVector(2)],
      );
      await expect(refused).rejects.toBeInstanceOf(Refusal);
      expect(await context.backend.find(userId, stored.id)).toEqual(stored);
      expect((await context.nearest(userId, unitVector(1)))[0]?.similarity).toBeCloseTo(1, 3);
      await context.backend.update(userId, stored.id, counted);
      expect((await context.backend.find(userId, stored.id))?.metadata['count']).toBe(1);
    });

    it('does not call `revise` where there is nothing', async () => {
      const revise = (): Memory => {
        throw new Error('called');
      };
      expect(await context.backend.update(context.newUser(), 'key', revise)).toBeUndefined();
    });
  });
}
