import { embedded } from '../support/memories';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

export function describeReplacing(context: ContractContext): void {
  describe('replacing by external id', () => {
    it('keeps id, creation and an unnamed time of occurrence; everything else is new', async () => {
      const userId = context.newUser();
      const first = await context.storeOne(
        userId,
        embedded({
          externalId: 'key',
          project: await context.backend.ensureProject(userId, 'Tea'),
          sessionId: 1,
          sessionType: 'chat',
          agentId: 'agent',
          speaker: 'Ana',
          metadata: { a: 1, nested: { b: 2 } },
          occurredAt: new Date('2020-01-01T00:00:00.000Z'),
          expiresAt: context.clock.in(1e9),
        }),
      );
      context.clock.advance(1_000);
      const second = await context.storeOne(
        userId,
        embedded({ externalId: 'key', content: 'Other words.', contentType: 'note', metadata: { c: 3 } }),
      );
      expect(second).toEqual({
        ...first,
        projectId: null,
        project: null,
        sessionId: null,
        sessionType: null,
        agentId: null,
        speaker: null,
        contentType: 'note',
        content: 'Other words.',
        metadata: { c: 3, type: 'note' },
        updatedAt: context.clock.now(),
        expiresAt: null,
      });
      expect(await context.backend.find(userId, first.id)).toEqual(second);
      expect(await context.all(userId)).toEqual([second]);
    });

    it('takes a time of occurrence that is given, also in the order of the list', async () => {
      const userId = context.newUser();
      const at = (day: number) => new Date(Date.UTC(2020, 0, day));
      const stored = await context.backend.store(
        userId,
        ['a', 'b', 'c'].map((externalId, i) => embedded({ externalId, occurredAt: at(1 + i) })),
      );
      await context.storeOne(userId, embedded({ externalId: 'a', occurredAt: at(9) }));
      const all = await context.all(userId);
      expect(all.map(({ externalId }) => externalId)).toEqual(['b', 'c', 'a']);
      expect(all[2]).toMatchObject({ id: stored[0]!.id, occurredAt: at(9) });
    });

    it('replaces the chunks, however many there were and are', async () => {
      const userId = context.newUser();
      let previous: Float32Array[] = [];
      for (const [step, chunks] of [1, 3, 40, 2, 5, 1].entries()) {
        const vectors = Array.from({ length: chunks }, (_, i) => unitVector(1_000 * (step + 1) + i));
        await context.storeOne(userId, embedded({ externalId: 'key', content: `step ${step}` }, vectors));
        expect(await context.backend.statistics(userId)).toMatchObject({ memories: 1, chunks });
        for (const vector of vectors) {
          expect((await context.nearest(userId, vector))[0]?.similarity).toBeCloseTo(1, 3);
        }
        for (const vector of previous) {
          expect((await context.nearest(userId, vector))[0]?.similarity).toBeLessThan(0.5);
        }
        previous = vectors;
      }
    });

    it('replaces some and adds others in one call', async () => {
      const userId = context.newUser();
      const [b, d] = await context.backend.store(userId, [
        embedded({ externalId: 'b' }),
        embedded({ externalId: 'd' }),
      ]);
      const stored = await context.backend.store(
        userId,
        ['a', 'b', null, 'd'].map((externalId) => embedded({ externalId, content: `new ${externalId}` })),
      );
      expect(stored.map(({ content }) => content)).toEqual(['new a', 'new b', 'new null', 'new d']);
      expect([stored[1]!.id, stored[3]!.id]).toEqual([b!.id, d!.id]);
      expect(await context.backend.count(userId)).toBe(4);
    });

    it('makes one memory of concurrent calls with one new external id', async () => {
      const userId = context.newUser();
      const stored = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          context.storeOne(userId, embedded({ externalId: 'key', content: `text ${i}` }, [unitVector(i)])),
        ),
      );
      expect(new Set(stored.map(({ id }) => id)).size).toBe(1);
      const [only, ...others] = await context.all(userId);
      expect(others).toEqual([]);
      expect(stored).toContainEqual(only);
      expect(await context.backend.statistics(userId)).toMatchObject({ memories: 1, chunks: 1 });
      const winner = stored.findIndex(({ content }) => content === only!.content);
      expect((await context.nearest(userId, unitVector(winner)))[0]?.similarity).toBeCloseTo(1, 3);
    });

    it('makes one memory per external id of concurrent overlapping batches', async () => {
      const userId = context.newUser();
      const batch = (from: number) =>
        Array.from({ length: 20 }, (_, i) => embedded({ externalId: `${from + i}` }));
      // Opposite orders: where rows are locked one by one, this is where calls could wait for each other for ever.
      await Promise.all([
        context.backend.store(userId, batch(0)),
        context.backend.store(userId, batch(10).reverse()),
        context.backend.store(userId, batch(0).reverse()),
      ]);
      const keys = (await context.all(userId)).map(({ externalId }) => externalId);
      expect(keys.sort()).toEqual(Array.from({ length: 30 }, (_, i) => `${i}`).sort());
    });

    it('is not undone by concurrent revisions of what was there before', async () => {
      const userId = context.newUser();
      await context.storeOne(
        userId,
        embedded({ externalId: 'key', content: 'old' }, [1, 2, 3].map(unitVector)),
      );
      const revise = (i: number) =>
        context.backend.update(userId, 'key', (memory) => ({ ...memory, agentId: `agent ${i}` }));
      await Promise.all([
        revise(1),
        context.storeOne(userId, embedded({ externalId: 'key', content: 'new' }, [unitVector(4)])),
        revise(2),
        revise(3),
      ]);
      expect(await context.backend.find(userId, 'key')).toMatchObject({ content: 'new' });
      expect(await context.backend.statistics(userId)).toMatchObject({ memories: 1, chunks: 1 });
      expect((await context.nearest(userId, unitVector(4)))[0]?.similarity).toBeCloseTo(1, 3);
    });
  });
}
