import { embedded } from '../support/memories';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

export function describeIsolation(context: ContractContext): void {
  /** A user with one memory; each has the same keys, names and text as every other. */
  async function inhabited(userId: number, agentId: string) {
    const project = await context.backend.ensureProject(userId, 'Shared name');
    const fields = { externalId: 'shared', project, sessionId: 1, sessionType: 'chat', agentId };
    const stored = await context.storeOne(userId, embedded(fields, [unitVector(1), unitVector(2)]));
    return { userId, project, stored };
  }

  describe('isolation', () => {
    it('shows each user only their own memories under equal keys and names', async () => {
      const users = [
        await inhabited(1, 'one'),
        await inhabited(context.newUser(), 'two'),
        await inhabited(Number.MAX_SAFE_INTEGER, 'three'),
      ];
      for (const { userId, stored, project } of users) {
        expect(await context.backend.find(userId, 'shared')).toEqual(stored);
        expect(await context.all(userId)).toEqual([stored]);
        const { hits } = await context.backend.search(userId, {
          vector: unitVector(1),
          filter: {},
          limit: 10,
        });
        expect(hits.map(({ memory }) => memory)).toEqual([stored]);
        expect(await context.backend.count(userId)).toBe(1);
        expect(await context.backend.statistics(userId)).toMatchObject({
          memories: 1,
          chunks: 2,
          sessions: 1,
        });
        expect(await context.backend.listProjects(userId)).toEqual([{ ...project, memories: 1 }]);
      }
    });

    it('lets nobody read or change a memory by an id that is not theirs', async () => {
      const mine = await inhabited(context.newUser(), 'mine');
      const stranger = context.newUser();
      await context.storeOne(stranger, embedded({ externalId: 'own' }));
      for (const key of [mine.stored.id, mine.stored.id.toUpperCase(), 'shared']) {
        expect(await context.backend.find(stranger, key)).toBeUndefined();
        const revise = () => {
          throw new Error('saw it');
        };
        expect(await context.backend.update(stranger, key, revise, [unitVector(3)])).toBeUndefined();
        expect(await context.backend.delete(stranger, key)).toBe(false);
      }
      expect(await context.all(stranger, { projectId: mine.project.id, agentId: 'mine' })).toEqual([]);
      expect(await context.all(mine.userId)).toEqual([mine.stored]);
    });

    it('replaces, deletes and counts only inside the user', async () => {
      const mine = await inhabited(context.newUser(), 'mine');
      const yours = await inhabited(context.newUser(), 'yours');
      await context.storeOne(yours.userId, embedded({ externalId: 'shared', content: 'replaced' }));
      expect(await context.all(mine.userId)).toEqual([mine.stored]);
      expect(
        await context.backend.deleteMatching(yours.userId, {}, { dryRun: false, expectedCount: 1 }),
      ).toEqual({
        matched: 1,
        deleted: 1,
      });
      expect(await context.all(mine.userId)).toEqual([mine.stored]);
      expect(await context.nearest(mine.userId, unitVector(2))).toHaveLength(1);
    });

    it('keeps places in lists to the user', async () => {
      const mine = await inhabited(context.newUser(), 'mine');
      const stranger = context.newUser();
      const after = { occurredAt: new Date(0), id: mine.stored.id };
      const query = { filter: {}, order: 'ascending', limit: 10, after, withTotal: true } as const;
      expect(await context.backend.list(stranger, query)).toEqual({ items: [], next: null, total: 0 });
    });

    it('keeps projects to the user', async () => {
      const mine = await inhabited(context.newUser(), 'mine');
      const stranger = context.newUser();
      expect(await context.backend.findProject(stranger, { name: 'Shared name' })).toBeUndefined();
      expect(await context.backend.findProject(stranger, { id: mine.project.id })).toBeUndefined();
      expect(await context.backend.listProjects(stranger)).toEqual([]);
    });

    it('needs no registration: an unknown user has nothing and can be read', async () => {
      const userId = context.newUser();
      expect(await context.backend.find(userId, 'shared')).toBeUndefined();
      expect(await context.backend.update(userId, 'shared', (memory) => memory)).toBeUndefined();
      expect(await context.backend.delete(userId, 'shared')).toBe(false);
      expect(await context.backend.deleteMatching(userId, {}, { dryRun: false })).toEqual({
        matched: 0,
        deleted: 0,
      });
      expect(await context.all(userId)).toEqual([]);
      expect(await context.nearest(userId, unitVector(1))).toEqual([]);
      expect(await context.backend.count(userId)).toBe(0);
      expect(await context.backend.listProjects(userId)).toEqual([]);
      await context.storeOne(userId, embedded());
      expect(await context.backend.count(userId)).toBe(1);
    });

    it('creates a user once when the first writes come together', async () => {
      const userId = context.newUser();
      await Promise.all([
        ...Array.from({ length: 5 }, () => context.storeOne(userId, embedded())),
        ...Array.from({ length: 5 }, (_, i) => context.backend.ensureProject(userId, `project ${i}`)),
      ]);
      expect(await context.backend.count(userId)).toBe(5);
      expect(await context.backend.listProjects(userId)).toHaveLength(5);
    });
  });
}
