import { WordAnalysis } from '../../../words/word-analysis';
import { TenantEntry } from './tenant-entry';
import { WordIndex } from './word-index';

const entry = (chunks = 1) => ({ chunks }) as TenantEntry;
const empty = () => new WordIndex(new WordAnalysis('english'));

describe('WordIndex', () => {
  it('knows which words are in which chunks', () => {
    const index = empty();
    const [short, long] = [entry(), entry(2)];
    index.add(short, 'Tea for Ana?');
    index.add(long, `${'garlic '.repeat(100)}${'tea '.repeat(175)}`);
    expect(index.chunks).toBe(3);
    expect(index.chunksWith('tea')).toBe(3);
    expect([...index.entriesWith('tea')]).toEqual([short, long]);
    expect(index.countIn(short, 0, 'tea')).toBe(1);
    expect(index.countIn(long, 0, 'garlic')).toBeGreaterThan(90);
    expect(index.countIn(long, 1, 'garlic')).toBeLessThan(10);
    expect([index.asks(short, 0), index.asks(long, 1)]).toEqual([true, false]);
    expect([index.chunksWith('snow'), index.countIn(short, 0, 'snow')]).toEqual([0, 0]);
  });

  it('forgets what is removed, twice or not', () => {
    const index = empty();
    const [one, other] = [entry(), entry()];
    index.add(one, 'tea garlic');
    index.add(other, 'tea');
    const before = index.bytes;
    for (let time = 0; time < 2; time++) index.remove(one);
    expect([index.chunks, index.chunksWith('tea'), index.chunksWith('garlic')]).toEqual([1, 1, 0]);
    expect([...index.entriesWith('tea')]).toEqual([other]);
    expect(index.countIn(one, 0, 'tea')).toBe(0);
    expect(index.bytes).toBeLessThan(before);
    index.remove(other);
    expect(index.bytes).toBe(0);
  });

  it('gives each memory once, however often others came and went', () => {
    const index = empty();
    const stays = entry();
    index.add(stays, 'tea');
    for (let n = 0; n < 100; n++) {
      const goes = entry();
      index.add(goes, 'tea tea');
      index.remove(goes);
    }
    expect([...index.entriesWith('tea')]).toEqual([stays]);
    expect(index.chunksWith('tea')).toBe(1);
  });
});
