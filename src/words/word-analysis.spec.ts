import { WordAnalysis } from './word-analysis';

describe('WordAnalysis', () => {
  const english = new WordAnalysis('english');

  it.each<[what: string, text: string, lexemes: string[]]>([
    ['stems, in order, as often as they are there', 'Planting plants, planted!', ['plant', 'plant', 'plant']],
    ['no stop words', 'What is it that we will do now?', []],
    ['the parts of a word with an apostrophe', 'Ana’s and John\'s "don\'t"', ['ana', 'john']],
    [
      'a hyphenated word and its parts',
      'a well-known up-to-date thing',
      ['well-known', 'well', 'known', 'up-to-d', 'date', 'thing'],
    ],
    ['numbers', 'On 2023-05-08 it cost 3.50', ['2023-05-08', '2023', '05', '08', 'cost', '3', '50']],
    ['other scripts', 'Вчера сажали чеснок 大蒜 ثوم', ['вчера', 'сажали', 'чеснок', '大蒜', 'ثوم']],
    ['letters by what they are, not by how they are written', 'Ｇａｒｌｉｃ cafe\u0301', ['garlic', 'café']],
    ['nothing of signs', '?! ... 🌱🧄 -- \u0000 \' " & | <-> :*', []],
    ['nothing of an empty text', '', []],
    ['no data', `${'QUJD'.repeat(40)} garlic`, ['garlic']],
    [
      'what would be operators elsewhere',
      "garlic:* & !leek | 'bed' <-> tea",
      ['garlic', 'leek', 'bed', 'tea'],
    ],
  ])('gives %s', (_, text, lexemes) => {
    expect(english.lexemes(text)).toEqual(lexemes);
  });

  it('takes words as they are in other languages', () => {
    expect(new WordAnalysis('simple').lexemes('Wir haben die Beete gegossen')).toEqual([
      'wir',
      'haben',
      'die',
      'beete',
      'gegossen',
    ]);
  });

  it('counts the words of each chunk and knows which of them ask', () => {
    const [first, second] = english.wordsOf(
      `${'garlic leek garlic '.repeat(20)}done. ${'tea '.repeat(200)}why? `,
      2,
    );
    expect(first!.counts.get('garlic')).toBe(40);
    expect([first!.asks, second!.asks]).toEqual([false, true]);
    expect(second!.counts.has('leek')).toBe(false);
    expect(english.wordsOf('Is it?', 1)).toEqual([{ counts: new Map(), asks: true }]);
  });

  it('takes a long text in its stride', () => {
    const text = `${'-'.repeat(20_000)} ${'a-'.repeat(10_000)} ${"'".repeat(20_000)}`;
    expect(english.lexemes(text)).toEqual([]);
  });
});
