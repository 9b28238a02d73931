import { scoreOf, similarityScore, withRecency } from './score';

const NOW = new Date('2026-06-01T00:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);

describe('scores', () => {
  it('are the sum of their parts', () => {
    const parts = { words: 0.5, vector: 0.75, speaker: 0.25, question: -0.125 };
    expect(scoreOf(parts)).toEqual({ score: 1.375, parts: { ...parts, recency: 1 } });
    expect(similarityScore(-0.5).score).toBe(-0.5);
  });

  it.each([
    [0, 1],
    [10, 0.75],
    [20, 0.625],
    [-5, 1],
  ])('%s days old fade to %s of themselves by a half-life of 10 days', (days, factor) => {
    const { score, parts } = withRecency(similarityScore(0.8), daysAgo(days), NOW, 10);
    expect(score).toBeCloseTo(0.8 * factor, 12);
    expect(parts).toMatchObject({ vector: 0.8, recency: factor });
  });

  it('never fall below 0 nor below half of themselves', () => {
    expect(withRecency(similarityScore(-0.2), daysAgo(1), NOW, 10).score).toBe(0);
    const old = withRecency(similarityScore(0.8), new Date('0001-01-01T00:00:00Z'), NOW, 0.001);
    expect(old.score).toBe(0.4);
  });
});
