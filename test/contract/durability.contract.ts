import { embedded } from '../support/memories';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

/** Last of all: afterwards the backend is closed. */
export function describeDurability(context: ContractContext): void {
  /** Everything that a user can see. */
  async function everything(userId: number) {
    return {
      memories: await context.all(userId),
      // Stores may round vectors, in the eighth place.
      search: (await context.nearest(userId, unitVector(2))).map(({ id, similarity }) => ({
        id,
        similarity: similarity.toFixed(6),
      })),
      statistics: await context.backend.statistics(userId),
      projects: await context.backend.listProjects(userId),
    };
  }

  describe('durability', () => {
    it('answers a ping', async () => {
      await context.backend.ping();
    });

    it('has after reopening what it had before, and goes on from there', async () => {
      const userId = context.newUser();
      const project = await context.backend.ensureProject(userId, 'Tea');
      await context.backend.ensureProject(userId, 'Empty');
      await context.backend.store(userId, [
        embedded(
          { externalId: 'chunks', project, metadata: { deep: { list: [1, null, 'x'] } } },
          [1, 2, 3].map(unitVector),
        ),
        embedded({ externalId: 'replaced', metadata: { old: true } }, [4, 5, 6].map(unitVector)),
        embedded({ externalId: 'revised', agentId: 'a' }, [7, 8].map(unitVector)),
        embedded({ externalId: 'deleted' }),
        embedded({ externalId: 'expiring', expiresAt: context.clock.in(1_000) }),
      ]);
      await context.storeOne(userId, embedded({ externalId: 'replaced' }, [unitVector(9)]));
      await context.backend.update(userId, 'revised', (memory) => ({ ...memory, agentId: null }), [
        unitVector(10),
      ]);
      await context.backend.delete(userId, 'deleted');
      const before = await everything(userId);
      if (!(await context.reopen())) return;

      expect(await everything(userId)).toEqual(before);
      const again = await context.storeOne(userId, embedded({ externalId: 'chunks' }));
      expect(again.id).toBe(before.memories.find(({ externalId }) => externalId === 'chunks')!.id);
      expect(await context.backend.ensureProject(userId, 'Tea')).toEqual(project);
      const other = await context.backend.ensureProject(userId, 'Other');
      expect(before.projects.map(({ id }) => id)).not.toContain(other.id);
      context.clock.advance(1_000);
      expect(await context.backend.find(userId, 'expiring')).toBeUndefined();
      expect(await context.backend.count(userId)).toBe(3);
    });

    it('can be closed twice', async () => {
      await context.backend.close();
      await context.backend.close();
    });
  });
}
