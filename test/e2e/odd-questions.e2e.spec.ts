import { Api, startApi } from '../support/api';
import { BackendKind, TESTABLE_KINDS } from '../support/backend-under-test';
import { embedded } from '../support/memories';
import { unitVector } from '../support/vectors';

jest.setTimeout(120_000);

const MODES = ['hybrid', 'semantic', 'keyword'] as const;

/** Questions that are no questions, or mean something elsewhere; those of them that have a word of a memory. */
const QUESTIONS: [what: string, query: string, hasWords: boolean][] = [
  ['stop words alone', 'What is it that we will do now?', false],
  ['signs alone', '?! ... -- () [] {} ,;', false],
  ['pictures alone', '🌱🧄', false],
  ['another script', '大蒜 ثوم чеснок', false],
  ['operators of a tsquery', 'garlic:* & !leek | (bed <-> tea) <2>', true],
  ['operators of a tsquery and nothing else', '& | ! <-> :* ()', false],
  ['quotes', `'garlic' "garlic" ''\\'' \\\\`, true],
  ['a quote that does not end', `'garlic`, true],
  ['a regular expression', 'garlic.* (a+)+$ [', true],
  ['20,000 characters', 'garlic '.repeat(2_857), true],
  ['one word of 20,000 characters', 'x'.repeat(20_000), false],
];

const SPEAKERS = ['.*', '(a+)+$', '[', '^Ana|Ben$', 'A\\', '%', '$&'];

interface Result {
  readonly content: string;
  readonly speaker: string | null;
  readonly score: number;
  readonly score_parts: Readonly<Record<string, number>>;
}

describe.each(TESTABLE_KINDS)('on %s, a question that is odd but right', (kind: BackendKind) => {
  let api: Api;

  beforeEach(async () => {
    api = await startApi({ kind });
  });
  afterEach(() => api.close());

  const store = (memory: object) => api.http.post('/api/memory/store').send(memory).expect(200);

  async function ask(question: object): Promise<Result[]> {
    const { body } = await api.http.post('/api/memory/search').send(question).expect(200);
    return (body as { results: Result[] }).results;
  }

  it('is answered, with scores that are numbers, in every mode', async () => {
    for (const content of ['I planted garlic', 'snow', 'rain']) await store({ content, session_id: 1 });
    for (const [what, query, hasWords] of QUESTIONS)
      for (const mode of MODES) {
        const results = await ask({ query, mode, n_results: 10 });
        const isFound = mode === 'keyword' && !hasWords ? 0 : 3;
        expect([what, mode, results.length]).toEqual([what, mode, isFound]);
        for (const { score, score_parts } of results)
          expect([score, ...Object.values(score_parts)].every(Number.isFinite)).toBe(true);
        await api.http.post('/api/memory/context').send({ query, mode }).expect(200);
      }
  });

  it('is refused in every mode where it has NUL', async () => {
    for (const mode of MODES)
      await api.http.post('/api/memory/search').send({ query: 'garlic\u0000', mode }).expect(422);
  });

  it('takes names of speakers as what they are', async () => {
    for (const speaker of [...SPEAKERS, 'Ana']) await store({ content: 'I planted garlic', speaker });
    const named = async (query: string) =>
      (await ask({ query, n_results: 20 }))
        .filter(({ score_parts }) => score_parts.speaker! > 0)
        .map(({ speaker }) => speaker);
    expect(await named('What did Ana plant?')).toEqual(['Ana']);
    expect(await named('Who planted garlic?')).toEqual([]);
    expect(new Set(await named('What did .* and ^Ana|Ben$ plant?'))).toEqual(
      new Set(['.*', '^Ana|Ben$', 'Ana']),
    );
  });

  it('finds memories of one moment, of the first and last ones, and of none that names a zone', async () => {
    const moments = ['0001-01-01', '0001-01-01T00:00:00', '9999-12-31T23:59:59.999', '2026-05-08T13:56:00'];
    for (const occurred_at of [...moments, ...moments])
      await store({ content: `garlic ${occurred_at}`, session_id: 1, occurred_at });
    for (const mode of MODES) {
      const results = await ask({ query: 'garlic', mode, n_results: 20, recency_half_life_days: 0.01 });
      expect(results).toHaveLength(8);
      for (const { score, score_parts } of results)
        expect([score, score_parts.recency! >= 0.5 && score_parts.recency! <= 1]).toEqual([
          expect.any(Number),
          true,
        ]);
    }
  });

  it('finds the one that matters in a session of thousands, all of one moment, and of as many speakers', async () => {
    const count = kind === 'pglite' ? 1_000 : 5_000;
    const occurredAt = new Date('2026-05-08T13:56:00Z');
    const memories = (from: number, sessionId: number | null) =>
      Array.from({ length: 500 }, (_, i) => {
        const n = from + i;
        const content = n === 700 ? 'the xylophone' : `turn ${n}`;
        return embedded({ content, sessionId, occurredAt, speaker: `Ana${n} Lee` }, [unitVector(n)]);
      });
    for (let n = 0; n < 2 * count; n += 500) await api.backend.store(1, memories(n, n < count ? 1 : null));
    const [first, ...others] = await ask({ query: 'Where is the xylophone of Ana700?', n_results: 5 });
    expect(first).toMatchObject({ content: 'the xylophone', speaker: 'Ana700 Lee' });
    expect(first!.score_parts.speaker).toBe(0.3);
    expect(others).toHaveLength(4);
  });
});
