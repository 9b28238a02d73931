import { createHash } from 'node:crypto';
import type { TextSearchLanguage } from '../config/app-config';
import { ENGLISH_STOP_WORDS } from './english-stop-words';
import { WordAnalysis } from './word-analysis';

const ENDINGS = [
  '',
  's',
  'es',
  'ed',
  'ing',
  'ly',
  'er',
  'ness',
  'ation',
  'ational',
  'ousness',
  "'s",
  '-like',
  '2',
];

/** English words with all kinds of endings, stop words, and what is no English at all. */
const TEXTS = [
  ...['plant', 'hope', 'hop', 'happy', 'generous', 'skate', 'sky', 'well-known', 'commune'].map((word) =>
    ENDINGS.map((ending) => word + ending).join(' '),
  ),
  [...ENGLISH_STOP_WORDS].join(' '),
  'Вчера сажали чеснок 大蒜 ثوم Ｇａｒｌｉｃ cafe\u0301 Straße 3.50 2023-05-08 a_b x@y.org 🌱',
];

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
      '=wir',
      '=haben',
      '=die',
      '=beete',
      '=gegossen',
    ]);
  });

  it('never takes a word of one analysis for one of another', () => {
    const text = 'Garlic = garlic, planted =planted 2023';
    const simple = new WordAnalysis('simple').lexemes(text);
    expect(simple).toEqual(['=garlic', '=garlic', '=planted', '=planted', '=2023']);
    expect(english.lexemes(text).filter((lexeme) => simple.includes(lexeme))).toEqual([]);
  });

  // Words that are stored were made by what has this name: where this fails, raise the version and change the mark.
  it.each<[TextSearchLanguage, name: string, digest: string]>([
    ['english', 'english/1', 'a87b2591972d1233662b54337e5ea792af7c613de6869282400dd5dc9ac4fb43'],
    ['simple', 'simple/1', '4250ead2a114c19cd2f75a66f8e3bcb20a66a8de31a0c8ff8f6bdb3279f4a020'],
  ])('makes by the name of %s the same of a text as ever', (language, name, digest) => {
    const analysis = new WordAnalysis(language);
    const made = JSON.stringify(TEXTS.map((text) => analysis.lexemes(text)));
    expect([analysis.name, createHash('sha256').update(made).digest('hex')]).toEqual([name, digest]);
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
