import { Memory, SearchHit } from './memory';
import { promptContext, promptLine } from './prompt-context';

/** Words are tokens; with `joinedCost`, every line after the first costs more when they are counted together. */
function counter(joinedCost = 0): (texts: readonly string[]) => Promise<number[]> {
  return (texts) =>
    Promise.resolve(
      texts.map((text) => {
        const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
        return words.length + joinedCost * (text.split('\n').length - 1);
      }),
    );
}

function hit(minute: number, content: string, fields: Partial<Memory> = {}): SearchHit {
  const occurredAt = new Date(Date.UTC(2026, 0, 1, 12, minute));
  const memory = { id: String(minute), occurredAt, content, project: null, sessionId: null, speaker: null };
  return { memory: { ...memory, ...fields } as Memory, similarity: 0.5 };
}

describe('promptLine', () => {
  it.each<[Partial<Memory>, string]>([
    [{}, '[2026-01-01 12:05] I planted garlic.'],
    [{ project: 'Garden', sessionId: 0 }, '[2026-01-01 12:05, Garden, session 0] I planted garlic.'],
    [{ speaker: 'Ana' }, '[2026-01-01 12:05] Ana: I planted garlic.'],
    [{ speaker: 'Ana', content: 'Ana: Yes.' }, '[2026-01-01 12:05] Ana: Yes.'],
    [{ speaker: 'Ana', content: 'Ana is here.' }, '[2026-01-01 12:05] Ana: Ana is here.'],
  ])('of %j', (fields, line) => {
    expect(promptLine(hit(5, 'I planted garlic.', fields).memory)).toBe(line);
  });
});

describe('promptContext', () => {
  // Each line has five words of time and as many as its text.
  const far = hit(1, 'one two three');
  const near = hit(2, 'four five');
  const nearest = hit(3, 'six');
  const hits = [nearest, near, far];

  it('takes everything that fits, in the order it was said', async () => {
    const { text, hits: used, tokens } = await promptContext(hits, 100, counter());
    expect(used).toEqual([far, near, nearest]);
    expect(text.split('\n').map((line) => line.slice(19))).toEqual(['one two three', 'four five', 'six']);
    expect(tokens).toBe(21);
  });

  it('gives the nearest precedence and leaves out what does not fit', async () => {
    const long = hit(2, 'a b c d e f g h i j k l m n');
    const { hits: used, tokens } = await promptContext([nearest, long, far], 15, counter());
    expect(used).toEqual([far, nearest]);
    expect(tokens).toBe(14);
  });

  it('drops the furthest where lines cost more together than one by one', async () => {
    const { hits: used, tokens } = await promptContext(hits, 21, counter(1));
    expect(used).toEqual([near, nearest]);
    expect(tokens).toBe(14);
  });

  it.each([
    [6, '[2026-01-01 12:03] alpha …'],
    [7, '[2026-01-01 12:03] alpha beta 💡…'],
    [8, '[2026-01-01 12:03] alpha beta 💡gamma …'],
  ])('shortens the nearest to %i tokens where not even that fits', async (budget, text) => {
    const context = await promptContext([hit(3, 'alpha beta 💡gamma delta'), far], budget, counter());
    expect(context.text).toBe(text);
    expect([context.tokens, context.hits.length]).toEqual([budget, 1]);
  });

  it('is empty without room or without memories', async () => {
    expect(await promptContext([], 100, counter())).toEqual({ text: '', hits: [], tokens: 0 });
    expect(await promptContext(hits, 4, counter())).toEqual({ text: '', hits: [], tokens: 0 });
  });
});
