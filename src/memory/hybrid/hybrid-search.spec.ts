import { MovableClock } from '../../../test/support/movable-clock';
import { newMemory } from '../../../test/support/memories';
import { WordEmbedder } from '../../../test/support/word-embedder';
import { InMemoryRepository } from '../in-memory/in-memory.repository';
import { NewMemory } from '../memory';
import { WordAnalysis } from '../../words/word-analysis';
import { HybridSearch, WordSearch } from './hybrid-search';

const DAY = 86_400_000;

/** A search over texts of one session, a minute apart, each stored under its own text as its key. */
async function over(texts: readonly string[], fields: (n: number) => Partial<NewMemory> = () => ({})) {
  const clock = new MovableClock();
  const embedder = new WordEmbedder();
  const backend = new InMemoryRepository(clock);
  const vectors = await embedder.embedTexts(texts);
  const start = clock.now().getTime() - DAY;
  await backend.store(
    1,
    texts.map((content, n) => ({
      memory: newMemory({
        content,
        externalId: content.slice(0, 100),
        sessionId: 1,
        occurredAt: new Date(start + n * 60_000),
        ...fields(n),
      }),
      vectors: vectors[n]!,
    })),
  );
  const questions: string[] = [];
  const listening = {
    embedQuery: (question: string) => {
      questions.push(question);
      return embedder.embedQuery(question);
    },
  };
  const search = new HybridSearch(backend, listening, new WordAnalysis('english'), clock);
  const find = (query: string, options: Partial<WordSearch> = {}) =>
    search.find(1, { query, filter: {}, limit: 10, mode: 'hybrid', ...options });
  const ids = async (query: string, options?: Partial<WordSearch>) =>
    (await find(query, options)).hits.map(({ memory }) => memory.externalId);
  return { find, ids, questions };
}

const TALK = [
  'Ben: Did you get to the garden today?',
  'Ana: I planted garlic along the fence.',
  'Ben: How lovely, before the frost.',
  'Ana: Tea is ready in the kitchen.',
  'Ben: I sold my old bicycle.',
];
const speakers = (n: number) => ({ speaker: n % 2 === 0 ? 'Ben' : 'Ana' });

describe('HybridSearch', () => {
  it('finds what somebody said, asked about in the third person', async () => {
    const { find, questions } = await over(TALK, speakers);
    const { hits, strategy, exhaustive } = await find('What did Ana plant along Ana’s fence?', { limit: 3 });
    expect(questions).toEqual(['What did I plant along my fence?']);
    expect(hits[0]!.memory.content).toBe(TALK[1]);
    expect(hits[0]!.parts).toMatchObject({ speaker: 0.3, question: 0, recency: 1 });
    const { words, vector, speaker, question } = hits[0]!.parts;
    expect(hits[0]!.score).toBe(words + vector + speaker + question);
    expect({ strategy, exhaustive }).toEqual({ strategy: 'exact', exhaustive: true });
  });

  it('gives an answer that shares no word with the question, for what was said before it', async () => {
    const { find } = await over(
      [
        'Where did you go for your birthday?',
        'To the lake, with Sam.',
        'It rained.',
        'Bread is dear.',
        'Shoes too.',
      ],
      () => ({ speaker: null }),
    );
    const { hits } = await find('birthday');
    const lake = hits.find(({ memory }) => memory.content.startsWith('To the lake'))!;
    expect(hits.indexOf(lake)).toBe(1);
    expect(lake.parts.words).toBeCloseTo(0.7, 12);
    expect(lake.similarity).toBeLessThan(0.1);
  });

  it('goes by words alone where asked to, and leaves out what has none around', async () => {
    const apart = await over(TALK, () => ({ sessionId: null }));
    expect(await apart.ids('Ana planted a bicycle', { mode: 'keyword' })).toEqual([
      TALK[1],
      TALK[4],
      TALK[3],
    ]);
    expect(apart.questions).toEqual(['Ana planted a bicycle']);
    expect(await apart.ids('of the and what?', { mode: 'keyword' })).toEqual([]);
    expect(await apart.ids('zebra', { mode: 'keyword' })).toEqual([]);
  });

  it('never gives fewer than there are', async () => {
    const long = (n: number) => `word${n} `.repeat(3_000);
    const texts = [...Array.from({ length: 12 }, (_, n) => long(n)), ...TALK];
    const { ids } = await over(texts, () => ({ sessionId: null }));
    for (const limit of [1, 5, 17, 100])
      expect(await ids('word1 word2 garlic', { limit })).toHaveLength(Math.min(limit, texts.length));
  });

  it('gives all that share a word, however many', async () => {
    const texts = Array.from({ length: 130 }, (_, n) => `garlic number ${n}`);
    const { ids } = await over(texts, () => ({ sessionId: null }));
    expect(new Set(await ids('garlic', { mode: 'keyword', limit: 200 })).size).toBe(130);
  });

  it('leaves out what is less similar than asked, though that lends context', async () => {
    const { find } = await over(TALK, speakers);
    const all = await find('garlic along the fence');
    const [best, second] = all.hits.map(({ similarity }) => similarity).sort((a, b) => b - a);
    const near = await find('garlic along the fence', { minSimilarity: (best! + second!) / 2 });
    expect(near.hits).toEqual([all.hits.find(({ similarity }) => similarity === best)]);
    expect((await find('garlic', { minSimilarity: 1 })).hits).toEqual([]);
  });

  it('lets the older fade where asked to', async () => {
    const texts = ['garlic and garlic is planted', 'garlic is eaten'];
    const apart = (n: number) => ({ sessionId: null, occurredAt: new Date(Date.UTC(2020 + 6 * n, 0, 1)) });
    const { find, ids } = await over(texts, apart);
    expect(await ids('garlic')).toEqual(texts);
    expect(await ids('garlic', { recencyHalfLifeDays: 300 })).toEqual([texts[1], texts[0]]);
    const { hits } = await find('garlic', { recencyHalfLifeDays: 300 });
    expect(hits[1]!.parts.recency).toBeCloseTo(0.5, 1);
  });

  it.each([
    ['stop words', 'What is it that we are?'],
    ['nothing but signs', '?!.,;:()[]{}'],
    ['emoji', '🌱🧄'],
    ['another script', '我们种了什么 что мы сажали'],
    ['operators', `garlic & !tea | "fence" <-> 'planted':* \\ \u0000 %`],
    ['a regular expression for a name', 'What did (A+)+$ or .* say?'],
    ['20,000 characters', `Ana ${'garlic-fence '.repeat(1_538)}`],
    ['a word of 20,000 characters', 'garlic'.repeat(3_333)],
    ['one word', 'garlic'],
  ])('takes a question of %s', async (_, query) => {
    const { find } = await over([...TALK, '(A+)+$: .*'], (n) =>
      n === 5 ? { speaker: '(A+)+$' } : speakers(n),
    );
    for (const mode of ['hybrid', 'keyword'] as const) {
      const { hits } = await find(query, { mode });
      expect(hits.every(({ score }) => Number.isFinite(score))).toBe(true);
      if (mode === 'hybrid') expect(hits).toHaveLength(6);
    }
  });

  it('finds nothing where there is nothing', async () => {
    expect((await (await over([])).find('garlic')).hits).toEqual([]);
  });
});
