import { CountMismatchError } from '../../src/memory/memory.errors';
import { embedded } from '../support/memories';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

export function describeDeleting(context: ContractContext): void {
  /** Three memories of agent `a`, two of agent `b`. */
  async function five(): Promise<number> {
    const userId = context.newUser();
    await context.backend.store(
      userId,
      ['a', 'b', 'a', 'b', 'a'].map((agentId, i) =>
        embedded({ agentId, externalId: `${i}`, metadata: { i } }, [unitVector(i), unitVector(100 + i)]),
      ),
    );
    return userId;
  }

  const keysOf = async (userId: number) => (await context.all(userId)).map(({ externalId }) => externalId);

  describe('deleting', () => {
    it('removes one memory with all its chunks, once', async () => {
      const userId = await five();
      expect(await context.backend.delete(userId, '1')).toBe(true);
      expect(await context.backend.delete(userId, '1')).toBe(false);
      expect(await keysOf(userId)).toEqual(['0', '2', '3', '4']);
      expect(await context.backend.statistics(userId)).toMatchObject({ memories: 4, chunks: 8 });
      expect((await context.nearest(userId, unitVector(101))).map(({ id }) => id)).not.toContain('1');
    });

    it('gives an external id that was deleted to a new memory', async () => {
      const userId = context.newUser();
      const first = await context.storeOne(userId, embedded({ externalId: 'key', metadata: { a: 1 } }));
      await context.backend.delete(userId, 'key');
      context.clock.advance(1_000);
      const second = await context.storeOne(userId, embedded({ externalId: 'key' }));
      expect(second.id).not.toBe(first.id);
      expect(second).toMatchObject({ createdAt: context.clock.now(), metadata: { type: 'conversation' } });
      expect(await context.all(userId)).toEqual([second]);
    });

    it('removes what a filter matches and says how many', async () => {
      const userId = await five();
      const deletion = await context.backend.deleteMatching(userId, { agentId: 'a' }, { dryRun: false });
      expect(deletion).toEqual({ matched: 3, deleted: 3 });
      expect(await keysOf(userId)).toEqual(['1', '3']);
      expect(await context.backend.statistics(userId)).toMatchObject({ memories: 2, chunks: 4 });
      expect(await context.backend.find(userId, '0')).toBeUndefined();
      expect(await context.nearest(userId, unitVector(0))).toHaveLength(2);
    });

    it('removes by metadata, and everything by an empty filter', async () => {
      const userId = await five();
      const metadata = { kind: 'compare', path: ['i'], comparison: { operator: 'gte', value: 3 } } as const;
      expect(await context.backend.deleteMatching(userId, { metadata }, { dryRun: false })).toEqual({
        matched: 2,
        deleted: 2,
      });
      expect(await keysOf(userId)).toEqual(['0', '1', '2']);
      expect(await context.backend.deleteMatching(userId, {}, { dryRun: false })).toEqual({
        matched: 3,
        deleted: 3,
      });
      expect(await keysOf(userId)).toEqual([]);
    });

    it('only counts on a dry run', async () => {
      const userId = await five();
      const options = { dryRun: true, expectedCount: 2 };
      expect(await context.backend.deleteMatching(userId, { agentId: 'b' }, options)).toEqual({
        matched: 2,
        deleted: 0,
      });
      expect(await context.backend.count(userId)).toBe(5);
    });

    it.each([true, false])(
      'refuses another count than expected (dry run: %s) and deletes nothing',
      async (dryRun) => {
        const userId = await five();
        for (const expectedCount of [0, 2, 4, 5]) {
          const refused = context.backend.deleteMatching(userId, { agentId: 'a' }, { dryRun, expectedCount });
          await expect(refused).rejects.toBeInstanceOf(CountMismatchError);
          await expect(refused).rejects.toMatchObject({ matched: 3, expected: expectedCount });
        }
        expect(await context.backend.count(userId)).toBe(5);
      },
    );

    it('deletes when the count is as expected, none too', async () => {
      const userId = await five();
      const none = { dryRun: false, expectedCount: 0 };
      expect(await context.backend.deleteMatching(userId, { agentId: 'c' }, none)).toEqual({
        matched: 0,
        deleted: 0,
      });
      const three = { dryRun: false, expectedCount: 3 };
      expect(await context.backend.deleteMatching(userId, { agentId: 'a' }, three)).toEqual({
        matched: 3,
        deleted: 3,
      });
      expect(await keysOf(userId)).toEqual(['1', '3']);
    });

    it('lets only one of two concurrent calls delete a memory', async () => {
      const userId = await five();
      const answers = await Promise.all(Array.from({ length: 4 }, () => context.backend.delete(userId, '0')));
      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    it('lets no concurrent revision bring back what was deleted', async () => {
      const userId = await five();
      const keys = ['0', '1', '2', '3', '4'];
      await Promise.all(
        keys.flatMap((key): Promise<unknown>[] => [
          context.backend.update(userId, key, (memory) => ({ ...memory, agentId: 'c' }), [unitVector(7)]),
          context.backend.delete(userId, key),
          context.backend.update(userId, key, (memory) => ({ ...memory, agentId: 'd' })),
        ]),
      );
      expect(await context.backend.statistics(userId)).toMatchObject({ memories: 0, chunks: 0 });
      expect(await context.nearest(userId, unitVector(7))).toEqual([]);
    });
  });
}
