import { embedded } from '../support/memories';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

export function describeLeaving(context: ContractContext): void {
  /** A user with memories of every kind, and the same for everyone. */
  async function inhabited(): Promise<number> {
    const userId = context.newUser();
    const project = await context.backend.ensureProject(userId, 'Kitchen garden');
    await context.backend.store(userId, [
      embedded({ externalId: 'kept', project, sessionId: 1, speaker: 'Ana' }, [unitVector(1), unitVector(2)]),
      embedded({ expiresAt: context.clock.in(1_000) }),
    ]);
    return userId;
  }

  describe('a user who leaves', () => {
    it('leaves nothing, and nobody else loses anything', async () => {
      const [leaves, stays] = [await inhabited(), await inhabited()];
      const before = await context.all(stays);
      await context.backend.deleteUser(leaves);
      expect(await context.all(leaves)).toEqual([]);
      expect(await context.backend.find(leaves, 'kept')).toBeUndefined();
      expect(await context.nearest(leaves, unitVector(1))).toEqual([]);
      expect(await context.backend.count(leaves)).toBe(0);
      expect(await context.backend.statistics(leaves)).toMatchObject({ memories: 0, chunks: 0 });
      expect(await context.backend.listProjects(leaves)).toEqual([]);
      expect(await context.backend.findProject(leaves, { name: 'Kitchen garden' })).toBeUndefined();
      expect(await context.all(stays)).toEqual(before);
      expect(await context.backend.listProjects(stays)).toHaveLength(1);
    });

    it('can come again, as somebody new', async () => {
      const userId = await inhabited();
      await context.backend.deleteUser(userId);
      const project = await context.backend.ensureProject(userId, 'Another');
      expect(project.id).toBe(1);
      const stored = await context.storeOne(userId, embedded({ externalId: 'kept', project }));
      expect(await context.all(userId)).toEqual([stored]);
      expect(await context.nearest(userId, unitVector(2))).toHaveLength(1);
    });

    it('may be nobody, and may leave twice', async () => {
      const nobody = context.newUser();
      await context.backend.deleteUser(nobody);
      const userId = await inhabited();
      await context.backend.deleteUser(userId);
      await context.backend.deleteUser(userId);
      expect(await context.backend.count(userId)).toBe(0);
    });
  });
}
