import { Memory, MemoryFilter } from '../../src/memory/memory';
import { embedded } from '../support/memories';
import { unitVector } from '../support/vectors';
import { ContractContext } from './contract-context';

/** What SQL, COPY, JSON, patterns and format strings read as something else than text. */
const TEXTS = [
  `'`,
  `''; drop table wisdom_memory.memories; --`,
  `x' or '1'='1`,
  `"`,
  `"wisdom_memory"."memories"`,
  '\\',
  '\\N',
  '\\.',
  '\\\\.',
  `\\'`,
  '\\t\\n\\x41\\u0041\\101',
  `E'\\x41'`,
  '$1',
  '$$',
  '$tag$ select 1 $tag$',
  '%',
  '_',
  '%s %I %L',
  '?',
  ':name',
  '@>',
  '{}',
  '{"a": 1}',
  '{a,b}',
  '[1,2]',
  '(1,2)',
  'null',
  'NULL',
  'NaN',
  '/* x */',
  ';',
  '#1',
  '\u00a0',
  '\uffff',
  '\u{1f600}',
  '\u{10ffff}',
];

export function describeHostileText(context: ContractContext): void {
  describe('text that means something elsewhere', () => {
    /** One memory for each text, which stands in every field that takes one. */
    async function memoriesOf(userId: number): Promise<ReturnType<typeof embedded>[]> {
      const memories: ReturnType<typeof embedded>[] = [];
      for (const text of TEXTS) {
        const project = await context.backend.ensureProject(userId, text);
        const labels = { contentType: text, sessionType: text, agentId: text, speaker: text };
        const metadata = { [text]: text, nested: { [text]: [text] }, control: `${text}\t\n\v\f\r` };
        const content = `${text}\t\n\v\f\r${text}`;
        memories.push(embedded({ ...labels, externalId: text, project, metadata, content }, [unitVector(1)]));
      }
      return memories;
    }

    async function expectKept(userId: number, stored: readonly Memory[]): Promise<void> {
      expect(await context.all(userId, {})).toEqual([...stored]);
      for (const [i, text] of TEXTS.entries()) {
        expect(stored[i]).toMatchObject({
          content: `${text}\t\n\v\f\r${text}`,
          externalId: text,
          project: text,
          contentType: text,
          sessionType: text,
          agentId: text,
          speaker: text,
          metadata: { [text]: text, nested: { [text]: [text] }, control: `${text}\t\n\v\f\r` },
        });
        expect(await context.backend.find(userId, text)).toEqual(stored[i]);
      }
    }

    it('is kept in every field by one large store', async () => {
      const userId = context.newUser();
      await expectKept(userId, await context.backend.store(userId, await memoriesOf(userId)));
    });

    it('is kept in every field by single stores, replacements and revisions', async () => {
      const userId = context.newUser();
      const stored: Memory[] = [];
      for (const memory of await memoriesOf(userId)) {
        await context.backend.store(userId, [embedded({ externalId: memory.memory.externalId })]);
        await context.backend.store(userId, [memory]);
        const revise = (current: Memory): Memory => ({ ...current, contentIsPreview: false });
        stored.push((await context.backend.update(userId, memory.memory.externalId!, revise))!);
      }
      await expectKept(userId, stored);
    });

    it('is compared as it is by every filter', async () => {
      const userId = context.newUser();
      const stored = await context.backend.store(userId, await memoriesOf(userId));
      for (const [i, text] of TEXTS.entries()) {
        const equal = { operator: 'eq', value: text } as const;
        const filters: MemoryFilter[] = [
          { projectId: stored[i]!.projectId! },
          { contentTypes: [text] },
          { sessionType: text },
          { agentId: text },
          { speaker: text },
          { metadata: { kind: 'compare', path: [text], comparison: equal } },
          { metadata: { kind: 'compare', path: [text], comparison: { operator: 'gte', value: text } } },
          {
            metadata: {
              kind: 'compare',
              path: ['nested', text],
              comparison: { operator: 'contains', value: text },
            },
          },
        ];
        for (const filter of filters) {
          expect(await context.all(userId, filter)).toEqual([stored[i]]);
          const { hits } = await context.backend.search(userId, { vector: unitVector(1), filter, limit: 9 });
          expect(hits.map(({ memory }) => memory.id)).toEqual([stored[i]!.id]);
        }
      }
    });
  });
}
