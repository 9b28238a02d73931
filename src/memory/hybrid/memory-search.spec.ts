import { MovableClock } from '../../../test/support/movable-clock';
import { newMemory } from '../../../test/support/memories';
import { WordEmbedder } from '../../../test/support/word-embedder';
import { InMemoryRepository } from '../in-memory/in-memory.repository';
import { WordAnalysis } from '../../words/word-analysis';
import { MemorySearch } from './memory-search';

const TEXTS = ['garlic and garlic', 'garlic and tea', 'snow'];
const DAY = 86_400_000;

describe('MemorySearch', () => {
  async function searchOver(texts: readonly string[]) {
    const clock = new MovableClock();
    const embedder = new WordEmbedder();
    const backend = new InMemoryRepository(clock);
    const vectors = await embedder.embedTexts(texts);
    await backend.store(
      1,
      texts.map((content, n) => ({
        memory: newMemory({ content, occurredAt: clock.in((n - 1_000) * DAY * 365 * (1 - n / 2)) }),
        vectors: vectors[n]!,
      })),
    );
    return new MemorySearch(backend, embedder, new WordAnalysis('english'), clock);
  }
  const query = { query: 'garlic', filter: {}, limit: 10 };

  it('scores by similarity alone where it is asked by meaning', async () => {
    const { hits, strategy } = await (await searchOver(TEXTS)).find(1, { ...query, mode: 'semantic' });
    expect(strategy).toBe('exact');
    expect(hits.map(({ memory }) => memory.content)).toEqual(TEXTS);
    for (const { score, similarity, parts } of hits) {
      expect(score).toBe(similarity);
      expect(parts).toEqual({ words: 0, vector: similarity, speaker: 0, question: 0, recency: 1 });
    }
  });

  it('gives all in hybrid mode, by keyword those alone that have a word', async () => {
    const search = await searchOver(TEXTS);
    expect((await search.find(1, { ...query, mode: 'hybrid' })).hits).toHaveLength(3);
    expect((await search.find(1, { ...query, mode: 'keyword' })).hits).toHaveLength(2);
  });

  it('looks beyond the wanted for what is newer, and then cuts', async () => {
    const search = await searchOver(TEXTS);
    const fading = { ...query, recencyHalfLifeDays: 10, limit: 1 };
    const [newest] = (await search.find(1, { ...fading, mode: 'semantic', query: 'garlic tea and' })).hits;
    expect(newest!.memory.content).toBe('garlic and tea');
    const [faded] = (await search.find(1, { ...fading, mode: 'semantic', query: 'snow' })).hits;
    expect(faded!.score).toBeCloseTo(faded!.similarity * faded!.parts.recency, 12);
  });
});
