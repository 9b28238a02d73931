import { ASKS, countIn, lexemesText } from './lexemes';

describe('how often a word is in a tsvector', () => {
  const text = lexemesText({
    counts: new Map([
      ['garden', 3],
      ['garden-gate', 1],
      ['go', 2],
    ]),
    asks: true,
  });

  it.each([
    ['garden', 3],
    ['garden-gate', 1],
    ['go', 2],
    [ASKS, 1],
    ['gate', 0],
    ['gard', 0],
    ['o', 0],
  ])('%s: %d', (lexeme, count) => expect(countIn(text, lexeme)).toBe(count));

  it('is none where there are no words', () => expect(countIn('', 'go')).toBe(0));
});
