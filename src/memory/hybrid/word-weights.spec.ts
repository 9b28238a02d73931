import { allChoose, choosingWeights, idf, WORD_BUDGET } from './word-weights';

const words = (...lexemes: string[]) =>
  lexemes.map((lexeme) => ({ lexeme, chooses: !lexeme.startsWith('name') }));

describe('choosingWeights', () => {
  it('are the idf in millionths, none of names and of what is nowhere', () => {
    const asked = words('rare', 'common', 'name', 'nowhere');
    const scope = { chunks: 100, chunksWith: [1, 40, 5, 0] };
    const weights = choosingWeights(asked, scope);
    expect(weights).toEqual([
      Math.round(1e6 * Math.log(101 / 1.5)),
      Math.round(1e6 * Math.log(101 / 40.5)),
      0,
      0,
    ]);
    expect(allChoose(asked, scope, weights)).toBe(true);
  });

  it('take the rarest words until they would bring too many chunks, always one', () => {
    const asked = words('most', 'some', 'few', 'more');
    const chunksWith = [50_000, 1_500, 500, 1];
    const weights = choosingWeights(asked, {
      chunks: 100_000,
      chunksWith: [...chunksWith.slice(0, 3), 3_000],
    });
    expect(weights.map((weight) => weight > 0)).toEqual([false, true, true, false]);
    const one = choosingWeights(asked.slice(0, 1), { chunks: 100_000, chunksWith: [50_000] });
    expect(one[0]).toBeGreaterThan(0);
    const scope = { chunks: 100_000, chunksWith };
    expect(allChoose(asked, scope, choosingWeights(asked, scope))).toBe(false);
    expect(WORD_BUDGET).toBe(2_000);
  });

  it('count a word that is everywhere, a little', () => {
    expect(choosingWeights(words('all'), { chunks: 10_000_000, chunksWith: [10_000_000] })).toEqual([1]);
    expect(idf(0, 0)).toBeCloseTo(Math.log(2), 12);
  });
});
