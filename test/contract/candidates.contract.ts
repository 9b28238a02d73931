import { CandidateQuery } from '../../src/memory/candidates';
import { InMemoryRepository } from '../../src/memory/in-memory/in-memory.repository';
import { EmbeddedMemory, MemoryFilter } from '../../src/memory/memory';
import { MemoryBackend, MOST_SPEAKERS } from '../../src/memory/memory-backend';
import { WordAnalysis } from '../../src/words/word-analysis';
import { describedPool, expectSamePool } from '../support/described-pool';
import { embedded } from '../support/memories';
import { Random, seededRandom } from '../support/random';
import { DIMENSION, unitVector, vectorNear } from '../support/vectors';
import { ContractContext } from './contract-context';

const QUESTION = unitVector(1_000_000);
const DAY = 86_400_000;
const analysis = new WordAnalysis('english');

/** A garden of words: some in most memories, some in few. */
const WORDS = [
  'tea',
  'tea',
  'tea',
  'garlic',
  'garlic',
  'leek',
  'bed',
  'water',
  'sown',
  'harvest',
  'Ana',
  'snow',
];
const SPEAKERS = [null, 'Ana', 'Ana Silva', 'Ben', 'O’Neil'];

export function describeCandidates(context: ContractContext): void {
  function asked(text: string, fields: Partial<CandidateQuery> = {}): CandidateQuery {
    const lexemes = [...new Set(analysis.lexemes(text))];
    return {
      vector: QUESTION,
      words: lexemes.map((lexeme) => ({ lexeme, chooses: lexeme !== 'ana' })),
      named: [],
      filter: {},
      byVector: 3,
      byWords: 3,
      ...fields,
    };
  }

  /** In sessions of some length and outside of any, with one to three chunks; no two as near as half precision cannot tell. */
  function someMemory(random: Random, n: number): EmbeddedMemory {
    const chunks = random.int(6) === 0 ? 3 : 1;
    const words = Array.from({ length: 4 * chunks + random.int(6) }, () => random.pick(WORDS));
    return embedded(
      {
        externalId: `m${n}`,
        content: words.join(' ') + random.pick(['', '.', '?', '? ']),
        sessionId: random.pick([null, 1, 1, 2, 2, 3]),
        speaker: random.pick(SPEAKERS),
        agentId: random.pick([null, 'a', 'b']),
        metadata: { even: n % 2 === 0 },
        // Often the same moment: then the id decides.
        occurredAt: new Date(Date.UTC(2026, 0, 1) + random.int(5) * DAY),
        expiresAt: random.int(5) === 0 ? context.clock.in(DAY) : null,
      },
      Array.from({ length: chunks }, (_, chunk) =>
        vectorNear(QUESTION, 0.9 - n * 0.015 - chunk * 0.0015, 100 * n + chunk),
      ),
    );
  }

  const QUERIES: readonly CandidateQuery[] = [
    ...[{}, { sessionId: 1 }, { speaker: 'Ana' }, { agentId: 'a' }, { sessionId: 2, agentId: 'b' }].flatMap(
      (filter: MemoryFilter) => [
        asked('Who drinks the tea?', { filter }),
        asked('Did Ana water the leek and the garlic?', { filter, named: ['Ana', 'Ana Silva'] }),
      ],
    ),
    asked('snow', {
      filter: {
        metadata: { kind: 'compare', path: ['even'], comparison: { operator: 'eq', value: true } },
      },
    }),
    asked('Ana', { named: ['Ana'] }),
    asked('of the and what', { byVector: 1 }),
    asked('garlic', { byVector: 0, byWords: 4 }),
    asked('garlic', { byVector: 5, byWords: 0 }),
    asked('tea snow harvest', { byVector: 500, byWords: 500 }),
    asked('unheard garlic', { filter: { occurredAfter: new Date(Date.UTC(2026, 0, 3)) } }),
    asked('garlic', { filter: { agentId: 'nobody' } }),
  ];

  /** Asks both backends everything. */
  async function expectSameAnswers(reference: InMemoryRepository, userId: number): Promise<void> {
    const theirs = await reference.list(userId, { filter: {}, order: 'ascending', limit: 1_000 });
    const ours = await context.all(userId);
    for (const query of QUERIES)
      expectSamePool(
        describedPool(await context.backend.findCandidates(userId, query), ours),
        describedPool(await reference.findCandidates(userId, query), theirs.items),
      );
    const words = ['Ana', 'Ben', 'Silva', 'ana', ''];
    expect(await context.backend.findSpeakers(userId, words)).toEqual(
      await reference.findSpeakers(userId, words),
    );
  }

  describe('candidates', () => {
    it.each([1, 2, 3])(
      'are those of the reference after memories were stored, replaced, changed, deleted and expired (%s)',
      async (seed) => {
        const random = seededRandom(seed);
        const reference = new InMemoryRepository(context.clock);
        const userId = context.newUser();
        const both: MemoryBackend[] = [context.backend, reference];
        const toBoth = async (work: (one: MemoryBackend) => Promise<unknown>) => {
          for (const one of both) await work(one);
        };
        const memories = Array.from({ length: 60 }, (_, n) => someMemory(random, n));
        await toBoth((one) => one.store(userId, memories));
        await expectSameAnswers(reference, userId);

        const replaced = [4, 9, 14].map((n) => someMemory(random, n));
        await toBoth((one) => one.store(userId, replaced));
        await toBoth((one) =>
          one.update(userId, 'm20', (memory) => ({ ...memory, content: 'snow? snow?' }), [unitVector(7)]),
        );
        const moved = { sessionId: 2, speaker: 'Ben', occurredAt: new Date(Date.UTC(2026, 0, 2)) };
        await toBoth((one) => one.update(userId, 'm21', (memory) => ({ ...memory, ...moved })));
        await toBoth((one) => one.delete(userId, 'm22'));
        await toBoth((one) => one.deleteMatching(userId, { agentId: 'b', sessionId: 3 }, { dryRun: false }));
        await expectSameAnswers(reference, userId);

        context.clock.advance(2 * DAY);
        await expectSameAnswers(reference, userId);
      },
    );

    it('are of the user alone, as are the counts of words', async () => {
      const [one, other] = [context.newUser(), context.newUser()];
      await context.storeOne(one, embedded({ content: 'garlic tea', speaker: 'Ana' }));
      await context.backend.store(other, [
        embedded({ content: 'garlic' }),
        embedded({ content: 'leek', speaker: 'Ben' }),
      ]);
      const pool = await context.backend.findCandidates(one, asked('garlic leek'));
      expect(pool.scope).toEqual({ chunks: 1, chunksWith: [1, 0] });
      expect(pool.chunks).toHaveLength(1);
      expect(await context.backend.findSpeakers(one, ['Ana', 'Ben'])).toEqual(['Ana']);
      const nobody = context.newUser();
      expect(await context.backend.findCandidates(nobody, asked('garlic'))).toMatchObject({
        chunks: [],
        scope: { chunks: 0, chunksWith: [0] },
        moreByWords: false,
        exhaustive: true,
      });
      expect(await context.backend.findSpeakers(nobody, ['Ana'])).toEqual([]);
    });

    it('know words whatever they are made of', async () => {
      const userId = context.newUser();
      const hostile = [
        "o'clock",
        'a\\b',
        '"',
        "''",
        'a:1',
        '&|!<->',
        '大蒜',
        'ñandú',
        '🌱',
        ' ',
        'x'.repeat(128),
      ];
      await context.storeOne(userId, embedded({ content: '大蒜 ñandú garlic' }));
      const words = hostile.map((lexeme) => ({ lexeme, chooses: true }));
      const { scope, chunks } = await context.backend.findCandidates(userId, { ...asked(''), words });
      expect(scope.chunksWith).toEqual(hostile.map((word) => (['大蒜', 'ñandú'].includes(word) ? 1 : 0)));
      expect(chunks[0]?.counts).toEqual(scope.chunksWith);
    });

    it('have texts of any time and length', async () => {
      const userId = context.newUser();
      const moments = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-01-01T00:00:00Z'];
      await context.backend.store(userId, [
        ...moments.map((moment) =>
          embedded({ externalId: moment, content: 'leek', sessionId: 9, occurredAt: new Date(moment) }),
        ),
        embedded(
          { externalId: 'long', content: 'garlic tea '.repeat(15_000), sessionId: 9 },
          Array.from({ length: 100 }, (_, i) => vectorNear(QUESTION, i === 99 ? 0.9 : 0.1, i)),
        ),
        embedded({ externalId: 'zero', content: 'snow', sessionId: 9 }, [new Float32Array(DIMENSION)]),
      ]);
      const pool = await context.backend.findCandidates(userId, asked('snow', { byVector: 1, byWords: 1 }));
      const described = describedPool(pool, await context.all(userId));
      // By id: the clock stands still, so that both are said at the same moment, the long one first.
      expect(Object.keys(described.chunks)).toEqual([
        '9999-12-31T23:59:59.999Z/0',
        'long/97',
        'long/98',
        'long/99',
        'zero/0',
      ]);
      expect(described.nearness['zero/0']).toEqual([0, 0]);
      expect(described.nearness['long/97']![1]).toBeCloseTo(0.9, 2);
      expect(pool.scope).toEqual({ chunks: 104, chunksWith: [1] });
    });

    it('find speakers by the first word of their names, the first hundred of them', async () => {
      const userId = context.newUser();
      const speakers = [
        ...Array.from({ length: 120 }, (_, i) => `Ana ${String(i).padStart(3, '0')}`),
        'Anah',
        "Ana's",
        '%',
        'a.*',
      ];
      await context.backend.store(
        userId,
        speakers.map((speaker) => embedded({ speaker })),
      );
      expect(await context.backend.findSpeakers(userId, ['Ana', 'Ana'])).toEqual(
        speakers.slice(0, MOST_SPEAKERS),
      );
      expect(await context.backend.findSpeakers(userId, ["Ana's", '%', 'a.*', '_'])).toEqual([
        '%',
        "Ana's",
        'a.*',
      ]);
      expect(await context.backend.findSpeakers(userId, [])).toEqual([]);
    });

    it('give their memories, in the order asked for, without those that are gone', async () => {
      const userId = context.newUser();
      const stored = await context.backend.store(userId, [
        embedded({ content: 'one' }),
        embedded({ content: 'two', expiresAt: context.clock.in(DAY) }),
        embedded({ content: 'three' }),
      ]);
      const [one, two, three] = stored.map(({ id }) => id) as [string, string, string];
      const found = await context.backend.findAll(userId, [three, two, one]);
      expect(found).toEqual([stored[2], stored[1], stored[0]]);
      await context.backend.delete(userId, one);
      context.clock.advance(2 * DAY);
      expect((await context.backend.findAll(userId, [one, two, three])).map(({ id }) => id)).toEqual([three]);
      expect(await context.backend.findAll(context.newUser(), [three])).toEqual([]);
      expect(await context.backend.findAll(userId, [])).toEqual([]);
    });
  });
}
