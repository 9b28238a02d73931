import { bestSimilarity } from './similarity';

const of = (...components: number[]) => Float32Array.from(components);

describe('bestSimilarity', () => {
  it.each([
    ['the same direction', [of(1, 0)], 1],
    ['across', [of(0, 1)], 0],
    ['the opposite direction', [of(-1, 0)], -1],
    ['the best of several chunks', [of(-1, 0), of(0.6, 0.8), of(0, 1)], Math.fround(0.6)],
    ['a chunk beside one without direction', [of(0, 0), of(-1, 0)], -1],
  ])('of %s', (_name, chunks, expected) => {
    expect(bestSimilarity(of(1, 0), chunks)).toBe(expected);
  });

  it('is undefined where no chunk has a direction', () => {
    expect(bestSimilarity(of(1, 0), [of(0, 0), of(-0, 0)])).toBeUndefined();
    expect(bestSimilarity(of(1, 0), [])).toBeUndefined();
  });

  it('stays within [-1, 1] whatever rounding makes of unit vectors', () => {
    const long = of(1.000001, 0);
    expect(bestSimilarity(long, [long])).toBe(1);
    expect(bestSimilarity(long, [of(-1.000001, 0)])).toBe(-1);
  });
});
