import { embedded } from '../support/memories';
import { unitVector, vectorNear } from '../support/vectors';
import { ContractContext } from './contract-context';

const QUESTION = unitVector(1_000_000);

export function describeExpiry(context: ContractContext): void {
  describe('expiry', () => {
    it('keeps a memory until the very moment and not longer', async () => {
      const userId = context.newUser();
      const { id } = await context.storeOne(userId, embedded({ expiresAt: context.clock.in(1_000) }));
      context.clock.advance(999);
      expect(await context.backend.find(userId, id)).toMatchObject({ id });
      context.clock.advance(1);
      expect(await context.backend.find(userId, id)).toBeUndefined();
    });

    it('lets an expired memory out of every answer and count', async () => {
      const userId = context.newUser();
      const project = await context.backend.ensureProject(userId, 'Tea');
      const common = { project, sessionType: 'chat', agentId: 'a' };
      const expiresAt = context.clock.in(1_000);
      const [expired, kept] = await context.backend.store(userId, [
        embedded({ ...common, externalId: 'expired', contentType: 'note', sessionId: 1, expiresAt }, [
          QUESTION,
        ]),
        embedded({ ...common, externalId: 'kept', sessionId: 2 }, [vectorNear(QUESTION, 0.5, 1)]),
      ]);
      context.clock.advance(1_000);
      for (const key of [expired!.id, 'expired']) {
        expect(await context.backend.find(userId, key)).toBeUndefined();
        expect(await context.backend.update(userId, key, (memory) => memory)).toBeUndefined();
        expect(await context.backend.delete(userId, key)).toBe(false);
      }
      const listed = await context.backend.list(userId, {
        filter: {},
        order: 'ascending',
        limit: 10,
        withTotal: true,
      });
      expect(listed).toEqual({ items: [kept], next: null, total: 1 });
      expect(await context.nearest(userId, QUESTION)).toMatchObject([{ id: 'kept' }]);
      expect(await context.nearest(userId, QUESTION, { limit: 1 })).toMatchObject([{ id: 'kept' }]);
      expect(await context.backend.count(userId)).toBe(1);
      expect(await context.backend.statistics(userId)).toMatchObject({
        memories: 1,
        chunks: 1,
        byType: { conversation: 1 },
        bySessionType: { chat: 1 },
        sessions: 1,
        oldest: kept!.occurredAt,
        newest: kept!.occurredAt,
      });
      expect(await context.backend.listProjects(userId)).toEqual([{ ...project, memories: 1 }]);
      expect(await context.backend.deleteMatching(userId, { agentId: 'a' }, { dryRun: true })).toEqual({
        matched: 1,
        deleted: 0,
      });
      const expecting = { dryRun: false, expectedCount: 1 };
      expect(await context.backend.deleteMatching(userId, {}, expecting)).toEqual({ matched: 1, deleted: 1 });
    });

    it('gives the external id of an expired memory to a new one', async () => {
      const userId = context.newUser();
      const old = await context.storeOne(
        userId,
        embedded(
          { externalId: 'key', expiresAt: context.clock.in(1_000), metadata: { old: 1 } },
          [1, 2, 3].map(unitVector),
        ),
      );
      context.clock.advance(1_000);
      const fresh = await context.storeOne(userId, embedded({ externalId: 'key' }, [unitVector(4)]));
      expect(fresh.id).not.toBe(old.id);
      expect(fresh).toMatchObject({ createdAt: context.clock.now(), occurredAt: context.clock.now() });
      expect(await context.backend.find(userId, 'key')).toEqual(fresh);
      expect(await context.backend.find(userId, old.id)).toBeUndefined();
      expect(await context.backend.statistics(userId)).toMatchObject({ memories: 1, chunks: 1 });
      expect((await context.nearest(userId, unitVector(2)))[0]?.similarity).toBeLessThan(0.5);
    });

    it('lets many near but expired memories not crowd out the live', async () => {
      const userId = context.newUser();
      const expiresAt = context.clock.in(1_000);
      await context.backend.store(
        userId,
        Array.from({ length: 300 }, (_, i) => embedded({ expiresAt }, [vectorNear(QUESTION, 0.9, i)])),
      );
      await context.backend.store(
        userId,
        ['0.6', '0.4', '0.2'].map((key, i) =>
          embedded({ externalId: key }, [vectorNear(QUESTION, Number(key), i)]),
        ),
      );
      context.clock.advance(1_000);
      const nearest = await context.nearest(userId, QUESTION, { limit: 3 });
      expect(nearest.map(({ id }) => id)).toEqual(['0.6', '0.4', '0.2']);
    });

    it('follows a revision or replacement that moves or lifts the end', async () => {
      const userId = context.newUser();
      const expiresAt = context.clock.in(1_000);
      await context.backend.store(
        userId,
        ['moved', 'lifted', 'replaced', 'set'].map((externalId) =>
          embedded({ externalId, expiresAt: externalId === 'set' ? null : expiresAt }),
        ),
      );
      const move = (key: string, end: Date | null) =>
        context.backend.update(userId, key, (memory) => ({ ...memory, expiresAt: end }));
      await move('moved', context.clock.in(2_000));
      await move('lifted', null);
      await move('set', context.clock.in(500));
      await context.storeOne(userId, embedded({ externalId: 'replaced' }));
      context.clock.advance(1_000);
      const keys = async () => (await context.all(userId)).map(({ externalId }) => externalId).sort();
      expect(await keys()).toEqual(['lifted', 'moved', 'replaced']);
      context.clock.advance(1_000);
      expect(await keys()).toEqual(['lifted', 'replaced']);
    });
  });
}
