import { embedded } from '../support/memories';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

export function describeStatistics(context: ContractContext): void {
  describe('statistics', () => {
    it('counts nothing for a user without memories', async () => {
      expect(await context.backend.statistics(context.newUser())).toEqual({
        memories: 0,
        chunks: 0,
        characters: 0,
        byType: {},
        bySessionType: {},
        sessions: 0,
        oldest: null,
        newest: null,
      });
    });

    it('counts one project alone, if asked to', async () => {
      const userId = context.newUser();
      const project = await context.backend.ensureProject(userId, 'Kitchen garden');
      await context.backend.store(userId, [
        embedded({ content: 'garlic', project, sessionId: 1 }, [1, 2].map(unitVector)),
        embedded({ content: 'elsewhere', sessionId: 2, contentType: 'note' }),
      ]);
      expect(await context.backend.statistics(userId, project.id)).toMatchObject({
        ...{ memories: 1, chunks: 2, characters: 6, sessions: 1, byType: { conversation: 1 } },
      });
      expect(await context.backend.statistics(userId, 0)).toMatchObject({ memories: 0, oldest: null });
    });

    it('counts memories, chunks, text, types, sessions and times', async () => {
      const userId = context.newUser();
      const at = (day: number) => new Date(Date.UTC(2020, 0, day, 1, 2, 3, 4));
      await context.backend.store(userId, [
        embedded(
          { content: 'abc', sessionId: 1, sessionType: 'chat', occurredAt: at(5) },
          [1, 2, 3].map(unitVector),
        ),
        embedded({ content: 'é\u{1f600}\n', sessionId: 1, sessionType: 'chat', occurredAt: at(1) }),
        embedded({ content: 'x', sessionId: 2, sessionType: 'call', contentType: 'note', occurredAt: at(9) }),
        embedded({ content: 'y', contentType: '__proto__', sessionType: 'constructor', occurredAt: at(3) }),
      ]);
      const statistics = await context.backend.statistics(userId);
      expect(statistics).toMatchObject({
        memories: 4,
        chunks: 6,
        characters: 3 + 4 + 1 + 1,
        bySessionType: { chat: 2, call: 1, constructor: 1 },
        sessions: 2,
        oldest: at(1),
        newest: at(9),
      });
      expect(new Map(Object.entries(statistics.byType))).toEqual(
        new Map([
          ['conversation', 2],
          ['note', 1],
          ['__proto__', 1],
        ]),
      );
      expect(await context.backend.count(userId)).toBe(4);
    });

    it('follows replacements, revisions and deletions', async () => {
      const userId = context.newUser();
      await context.backend.store(
        userId,
        ['a', 'b', 'c'].map((externalId) => embedded({ externalId, content: 'four', sessionId: 1 })),
      );
      await context.storeOne(
        userId,
        embedded({ externalId: 'a', content: 'seven..', sessionId: 2, contentType: 'note' }),
      );
      await context.backend.update(userId, 'b', (memory) => ({ ...memory, content: '', sessionId: null }));
      await context.backend.delete(userId, 'c');
      expect(await context.backend.statistics(userId)).toMatchObject({
        memories: 2,
        chunks: 2,
        characters: 7,
        byType: { note: 1, conversation: 1 },
        sessions: 1,
      });
    });
  });
}
