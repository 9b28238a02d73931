import { Comparison, JsonValue, Memory, MemoryFilter, MetadataCondition } from '../../src/memory/memory';
import { matchesFilter } from '../../src/memory/filter/memory-filter';
import { embedded } from '../support/memories';
import {
  hostileCondition,
  hostileMetadata,
  HOSTILE_PATHS,
  HOSTILE_VALUES,
} from '../support/metadata-samples';
import { seededRandom } from '../support/random';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

/** Every comparison that an operand takes part in. */
function comparisonsWith(value: JsonValue): Comparison[] {
  const any: Comparison[] = [
    { operator: 'eq', value },
    { operator: 'contains', value },
    { operator: 'in', values: [value, 'no such value'] },
  ];
  if (typeof value !== 'number' && typeof value !== 'string') return any;
  return [
    ...any,
    ...(['gt', 'gte', 'lt', 'lte'] as const).map((operator): Comparison => ({ operator, value })),
  ];
}

export function describeFiltering(context: ContractContext): void {
  /** Listing, searching and counting agree with the reference about what a filter leaves. */
  async function expectReference(
    userId: number,
    memories: readonly Memory[],
    filter: MemoryFilter,
  ): Promise<number> {
    const expected = memories.filter((memory) => matchesFilter(memory, filter)).map(({ id }) => id);
    const listed = (await context.all(userId, filter)).map(({ id }) => id);
    expect([filter, listed]).toEqual([filter, expected]);
    return expected.length;
  }

  async function expectReferenceEverywhere(
    userId: number,
    memories: readonly Memory[],
    filter: MemoryFilter,
  ): Promise<void> {
    const matched = await expectReference(userId, memories, filter);
    const { hits } = await context.backend.search(userId, {
      vector: unitVector(1),
      filter,
      limit: memories.length,
    });
    const searched = hits.map(({ memory }) => memory.id).sort();
    const expected = memories.filter((memory) => matchesFilter(memory, filter)).map(({ id }) => id);
    expect([filter, searched]).toEqual([filter, expected.sort()]);
    const counted = await context.backend.deleteMatching(userId, filter, { dryRun: true });
    expect([filter, counted]).toEqual([filter, { matched, deleted: 0 }]);
  }

  describe('filtering', () => {
    it('compares every hostile value with every other as the reference does', async () => {
      const userId = context.newUser();
      await context.backend.store(userId, [
        ...HOSTILE_VALUES.map((value) => embedded({ metadata: { f: value } })),
        embedded({ metadata: {} }),
      ]);
      const memories = await context.all(userId);
      let matched = 0;
      for (const value of HOSTILE_VALUES) {
        for (const comparison of comparisonsWith(value)) {
          const condition: MetadataCondition = { kind: 'compare', path: ['f'], comparison };
          matched += await expectReference(userId, memories, { metadata: condition });
          await expectReference(userId, memories, { metadata: { kind: 'not', condition } });
        }
      }
      expect(matched).toBeGreaterThan(HOSTILE_VALUES.length);
    });

    it('reads every hostile path as the reference does', async () => {
      const userId = context.newUser();
      const random = seededRandom(2);
      await context.backend.store(
        userId,
        Array.from({ length: 60 }, () => embedded({ metadata: hostileMetadata(random) })),
      );
      const memories = await context.all(userId);
      for (const path of HOSTILE_PATHS) {
        for (const value of [true, false]) {
          const comparison: Comparison = { operator: 'exists', value };
          await expectReferenceEverywhere(userId, memories, {
            metadata: { kind: 'compare', path, comparison },
          });
        }
        for (const value of [null, 1, 'a', [1]]) {
          const comparison: Comparison = { operator: 'eq', value };
          await expectReferenceEverywhere(userId, memories, {
            metadata: { kind: 'compare', path, comparison },
          });
        }
      }
    });

    it('combines conditions as the reference does', async () => {
      const userId = context.newUser();
      const random = seededRandom(3);
      await context.backend.store(
        userId,
        Array.from({ length: 80 }, () => embedded({ metadata: hostileMetadata(random) })),
      );
      const memories = await context.all(userId);
      for (let i = 0; i < 150; i++) {
        await expectReferenceEverywhere(userId, memories, { metadata: hostileCondition(random) });
      }
    });

    it('sees the fields in metadata, also after a revision', async () => {
      const userId = context.newUser();
      const project = await context.backend.ensureProject(userId, 'Tea');
      const { id } = await context.storeOne(userId, embedded({ project, sessionId: 5, sessionType: 'chat' }));
      const equal = (field: string, value: JsonValue): MemoryFilter => ({
        metadata: { kind: 'compare', path: [field], comparison: { operator: 'eq', value } },
      });
      for (const filter of [
        equal('type', 'conversation'),
        equal('session_id', 5),
        equal('session_type', 'chat'),
        equal('project', 'Tea'),
      ]) {
        expect(await context.all(userId, filter)).toHaveLength(1);
      }
      expect(await context.all(userId, equal('session_id', '5'))).toEqual([]);
      await context.backend.update(userId, id, (memory) => ({ ...memory, metadata: { only: 'this' } }));
      expect(await context.all(userId, equal('type', 'conversation'))).toEqual([]);
      expect(await context.all(userId, equal('only', 'this'))).toHaveLength(1);
    });

    it('applies every combination of the fields as the reference does', async () => {
      const userId = context.newUser();
      const random = seededRandom(4);
      const projects = await Promise.all(
        ['A', 'B'].map((name) => context.backend.ensureProject(userId, name)),
      );
      const labels = [null, 'a', 'A', 'ä', 'a%', '', "a'b"];
      const times = [0, 1, 2, 3].map((ms) => new Date(Date.UTC(2020, 0, 1, 0, 0, 0, ms)));
      await context.backend.store(
        userId,
        Array.from({ length: 80 }, (_, i) =>
          embedded({
            project: random.pick([null, ...projects]),
            sessionId: random.pick([null, 0, 1, -1]),
            sessionType: random.pick(labels),
            agentId: random.pick(labels),
            speaker: random.pick(labels),
            contentType: random.pick(['a', 'A', 'ä', 'unknown']),
            occurredAt: random.pick(times),
            metadata: { i },
          }),
        ),
      );
      const memories = await context.all(userId);
      const maybe = <T>(value: T): T | undefined => (random.int(4) === 0 ? value : undefined);
      for (let i = 0; i < 120; i++) {
        await expectReferenceEverywhere(userId, memories, {
          projectId: maybe(random.pick(projects).id),
          sessionId: maybe(random.int(3) - 1),
          sessionType: maybe(random.pick(labels.slice(1))!),
          agentId: maybe(random.pick(labels.slice(1))!),
          speaker: maybe(random.pick(labels.slice(1))!),
          contentTypes: maybe(random.pick([['a'], ['A', 'ä'], ['none'], ['unknown', 'a', 'a']])),
          occurredAfter: maybe(random.pick(times)),
          occurredBefore: maybe(random.pick(times)),
        });
      }
    });
  });
}
