import { embedded } from '../../../test/support/memories';
import { MovableClock } from '../../../test/support/movable-clock';
import { unitVector, vectorNear } from '../../../test/support/vectors';
import { CandidateQuery } from '../candidates';
import { NewMemory } from '../memory';
import { InMemoryRepository } from './in-memory.repository';

const QUESTION = unitVector(1);

/** The memories `0`, `1`, ... of one session, in this order; texts and similarities as given. */
async function found(
  memories: readonly (Partial<NewMemory> & { readonly similarity?: number })[],
  query: Partial<CandidateQuery> & { readonly lexemes?: readonly string[] } = {},
) {
  const backend = new InMemoryRepository(new MovableClock());
  await backend.store(
    1,
    memories.map(({ similarity = 0, ...fields }, n) =>
      embedded({ externalId: `${n}`, sessionId: 1, content: 'tea', occurredAt: new Date(n), ...fields }, [
        vectorNear(QUESTION, similarity, n + 2),
      ]),
    ),
  );
  const words = (query.lexemes ?? []).map((lexeme) => ({ lexeme, chooses: true }));
  const pool = await backend.findCandidates(1, {
    vector: QUESTION,
    words,
    named: [],
    filter: {},
    byVector: 1,
    byWords: 1,
    ...query,
  });
  const names = new Map<string, string>();
  for (const { memoryId } of pool.chunks) names.set(memoryId, (await backend.find(1, memoryId))!.externalId!);
  return { ...pool, ids: pool.chunks.map(({ memoryId }) => names.get(memoryId)).sort() };
}

const NINE = Array.from({ length: 9 }, () => ({}));

describe('candidates, hand-picked', () => {
  it('are the nearest and the two around it on either side', async () => {
    const memories = NINE.map((_, n) => ({ similarity: n === 4 ? 0.9 : 0.1 }));
    const { ids, nearestLeft } = await found(memories);
    expect(ids).toEqual(['2', '3', '4', '5', '6']);
    expect(nearestLeft).toBeCloseTo(0.1, 5);
  });

  it('are those with the rarest words, of equal ones the latest', async () => {
    const memories = NINE.map((_, n) => ({ content: ['garlic leek', 'leek', 'garlic'][n] ?? 'tea' }));
    const query = { byVector: 0, byWords: 1 };
    expect((await found(memories, { ...query, lexemes: ['garlic', 'leek'] })).ids).toEqual(['0', '1', '2']);
    expect((await found(memories, { ...query, lexemes: ['tea'] })).ids).toEqual(['6', '7', '8']);
    expect((await found(memories, { ...query, lexemes: ['tea'] })).moreByWords).toBe(true);
    expect((await found(memories, { ...query, lexemes: ['snow'] })).ids).toEqual([]);
  });

  it('prefer a named speaker by a little', async () => {
    const memories = NINE.map((_, n) => ({
      similarity: [0.5, 0, 0, 0, 0, 0, 0, 0, 0.42][n]!,
      speaker: n === 8 ? 'Ana' : 'Ben',
    }));
    expect((await found(memories)).ids).toEqual(['0', '1', '2']);
    expect((await found(memories, { named: ['Ana'] })).ids).toEqual(['6', '7', '8']);
  });

  it('are what the filter leaves, neighbours too, though it still stands between them', async () => {
    const memories = NINE.map((_, n) => ({
      similarity: n === 4 ? 0.9 : 0,
      agentId: n === 3 ? 'other' : 'own',
    }));
    const { ids, chunks } = await found(memories, { filter: { agentId: 'own' } });
    expect(ids).toEqual(['2', '4', '5', '6']);
    const two = chunks.find(({ occurredAt }) => occurredAt.getTime() === 2)!;
    const four = chunks.find(({ occurredAt }) => occurredAt.getTime() === 4)!;
    expect(two.following[1]).toBe(`${four.memoryId}/0`);
  });

  it('have no neighbours in other sessions, nor outside of any', async () => {
    const memories = NINE.map((_, n) => ({ similarity: n === 4 ? 0.9 : 0, sessionId: n < 5 ? 1 : 2 }));
    expect((await found(memories)).ids).toEqual(['2', '3', '4']);
    expect((await found(memories.map((memory) => ({ ...memory, sessionId: null })))).ids).toEqual(['4']);
  });
});
