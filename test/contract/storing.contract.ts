import { JsonObject, NewMemory } from '../../src/memory/memory';
import { BatchTooLargeError } from '../../src/memory/memory.errors';
import { asJson, embedded } from '../support/memories';
import { HOSTILE_PATHS, HOSTILE_VALUES } from '../support/metadata-samples';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function nested(depth: number): JsonObject {
  return depth === 0 ? { end: [1, [2, [3]]] } : { level: nested(depth - 1) };
}

const METADATA: readonly [string, JsonObject][] = [
  ['nothing', {}],
  ['every hostile value', Object.fromEntries(HOSTILE_VALUES.map((value, i) => [`v${i}`, value]))],
  ['every hostile key', Object.fromEntries(HOSTILE_PATHS.map(([key], i) => [key!, i]))],
  ['objects in objects', nested(12)],
  ['objects in arrays', { list: [{ a: [{ b: null }] }, [], {}, [[]]] }],
  ['a text of 60 KiB', { text: 'é'.repeat(30_000) }],
  ['200 keys', Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`key ${i}`, i % 2 ? i : `${i}`]))],
  ['keys that stores use themselves', { id: 'x', document: 'y', 'chroma:document': 'z', user_id: 5, _v: 1 }],
];

const CONTENTS: readonly [string, string][] = [
  ['a letter', 'x'],
  ['white space around', '  \n\t x \r\n '],
  ['many scripts', 'Grüße, 世界, עולם, مرحبا, 👩‍👩‍👧‍👦, e\u0301, \u{10ffff}, \uffff'],
  ['quotes and escapes', `"a" 'b' \\n \\u0000 %s $1 {{x}} <b>&amp;</b> --`],
  ['200,000 characters', 'wisdom. '.repeat(25_000)],
];

const TIMES = [
  '0001-01-01T00:00:00.000Z',
  '1582-10-10T00:00:00.000Z',
  '1969-12-31T23:59:59.999Z',
  '1970-01-01T00:00:00.000Z',
  '2024-02-29T12:34:56.789Z',
  '2038-01-19T03:14:08.001Z',
  '9999-12-31T23:59:59.999Z',
];

export function describeStoring(context: ContractContext): void {
  describe('storing', () => {
    it('answers and keeps the memory with everything that was given', async () => {
      const userId = context.newUser();
      const project = await context.backend.ensureProject(userId, 'Tea');
      const given: NewMemory = {
        externalId: 'tea-1',
        project,
        sessionId: 7,
        sessionType: 'chat',
        agentId: 'agent',
        speaker: 'Ana',
        contentType: 'note',
        content: 'Ana: The tea is in the blue tin.',
        metadata: { mood: 'calm' },
        occurredAt: new Date('2024-05-01T12:00:00.123Z'),
        expiresAt: context.clock.in(1e9),
      };
      const stored = await context.storeOne(userId, { memory: given, vectors: [unitVector(1)] });
      const { project: _project, ...fields } = given;
      expect(stored).toEqual({
        ...fields,
        id: expect.stringMatching(UUID_V7),
        userId,
        projectId: project.id,
        project: 'Tea',
        contentIsPreview: false,
        metadata: { mood: 'calm', type: 'note', session_id: 7, session_type: 'chat', project: 'Tea' },
        createdAt: context.clock.now(),
        updatedAt: context.clock.now(),
      });
      expect(await context.backend.find(userId, stored.id)).toEqual(stored);
    });

    it('leaves out what was not given and takes now for the time', async () => {
      const userId = context.newUser();
      const stored = await context.storeOne(userId, embedded());
      expect(stored).toMatchObject({
        externalId: null,
        projectId: null,
        project: null,
        sessionId: null,
        sessionType: null,
        agentId: null,
        speaker: null,
        metadata: { type: 'conversation' },
        occurredAt: context.clock.now(),
        expiresAt: null,
      });
      expect(await context.backend.find(userId, stored.id)).toEqual(stored);
    });

    it.each(METADATA)('keeps metadata without loss: %s', async (_name, metadata) => {
      const userId = context.newUser();
      const stored = await context.storeOne(userId, embedded({ metadata }));
      const found = await context.backend.find(userId, stored.id);
      const expected = asJson({ ...metadata, type: 'conversation' });
      expect(asJson(stored.metadata)).toEqual(expected);
      expect(asJson(found?.metadata)).toEqual(expected);
      expect(asJson((await context.all(userId)).map((memory) => memory.metadata))).toEqual([expected]);
    });

    it.each(CONTENTS)('keeps content without loss: %s', async (_name, content) => {
      const userId = context.newUser();
      const { id } = await context.storeOne(userId, embedded({ content }));
      expect((await context.backend.find(userId, id))?.content).toBe(content);
    });

    it.each(TIMES)('keeps the time %s to the millisecond', async (time) => {
      const userId = context.newUser();
      const { id } = await context.storeOne(userId, embedded({ occurredAt: new Date(time) }));
      expect((await context.backend.find(userId, id))?.occurredAt.toISOString()).toBe(time);
    });

    it.each([0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
      'keeps the session %d exactly',
      async (sessionId) => {
        const userId = context.newUser();
        const { id } = await context.storeOne(userId, embedded({ sessionId }));
        expect(await context.backend.find(userId, id)).toMatchObject({
          sessionId,
          metadata: { session_id: sessionId },
        });
        expect(await context.all(userId, { sessionId })).toHaveLength(1);
      },
    );

    it('answers a batch in the order given and gives ascending ids', async () => {
      const userId = context.newUser();
      const batch = Array.from({ length: 120 }, (_, i) => embedded({ content: `text ${i}` }));
      const stored = await context.backend.store(userId, batch);
      expect(stored.map(({ content }) => content)).toEqual(batch.map(({ memory }) => memory.content));
      const ids = stored.map(({ id }) => id);
      expect([...new Set(ids)].sort()).toEqual(ids);
      expect(await context.backend.count(userId)).toBe(120);
    });

    it('stores nothing for an empty call', async () => {
      const userId = context.newUser();
      expect(await context.backend.store(userId, [])).toEqual([]);
      expect(await context.backend.count(userId)).toBe(0);
    });

    it('stores all concurrent memories', async () => {
      const userId = context.newUser();
      const stored = await Promise.all(
        Array.from({ length: 20 }, (_, i) => context.storeOne(userId, embedded({ content: `text ${i}` }))),
      );
      const all = await context.all(userId);
      expect(all.map(({ id }) => id)).toEqual(stored.map(({ id }) => id).sort());
    });

    it('keeps its own copy: changing what was given or answered changes nothing', async () => {
      const userId = context.newUser();
      const metadata: JsonObject = { list: [1] };
      const vector = unitVector(2).slice();
      const stored = await context.storeOne(userId, embedded({ metadata }, [vector]));
      (metadata['list'] as number[]).push(2);
      (stored.metadata['list'] as number[]).push(3);
      vector.fill(0);
      const found = await context.backend.find(userId, stored.id);
      (found!.metadata['list'] as number[]).push(4);
      expect((await context.backend.find(userId, stored.id))?.metadata['list']).toEqual([1]);
      const [nearest] = await context.nearest(userId, unitVector(2));
      expect(nearest?.similarity).toBeCloseTo(1, 3);
    });

    it('stores nothing of more chunks than it takes, and all of as many', async () => {
      const largest = context.under.largestStore;
      expect(await context.backend.largestStore()).toBe(largest);
      if (largest === undefined) return;
      const userId = context.newUser();
      const kept = await context.storeOne(userId, embedded({ externalId: 'kept' }));
      const chunks = (count: number) => Array<Float32Array>(count).fill(unitVector(1));
      const batch = [
        embedded({ externalId: 'kept', content: 'changed' }),
        embedded({ externalId: 'new' }, chunks(largest)),
      ];
      await expect(context.backend.store(userId, batch)).rejects.toBeInstanceOf(BatchTooLargeError);
      expect(await context.all(userId)).toEqual([kept]);
      await context.backend.store(userId, [embedded({ externalId: 'new' }, chunks(largest))]);
      expect(await context.backend.statistics(userId)).toMatchObject({ memories: 2, chunks: largest + 1 });
    });
  });
}
