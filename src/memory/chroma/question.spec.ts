import { Question } from './question';

describe('Question', () => {
  it.each([1, 3, 4, 5, 384, 387])('multiplies every one of %d components', (dimension) => {
    const vector = Float32Array.from({ length: dimension }, (_, i) => (i + 1) / dimension ** 2);
    const direction = Float32Array.from(
      { length: dimension },
      (_, i) => (i % 2 === 0 ? 1 : -0.5) / dimension,
    );
    const expected = vector.reduce((sum, component, i) => sum + component * direction[i]!, 0);
    expect(new Question(vector).bestOf([direction])).toBeCloseTo(expected, 12);
  });

  it('takes the best chunk and stays within [-1, 1]', () => {
    const question = new Question(Float32Array.of(1.0000001, 0));
    expect(question.bestOf([Float32Array.of(0, 1), Float32Array.of(1, 0)])).toBe(1);
    expect(question.bestOf([Float32Array.of(-1.0000001, 0)])).toBe(-1);
    expect(question.bestOf([])).toBeUndefined();
  });

  it('refuses vectors of another model', () => {
    const question = new Question(Float32Array.of(1, 0));
    expect(() => question.bestOf([Float32Array.of(1, 0, 0, 0)])).toThrow(/EMBEDDING_MODEL/);
  });
});
