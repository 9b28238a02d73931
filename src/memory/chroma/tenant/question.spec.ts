import { seededRandom } from '../../../../test/support/random';
import { unitVector } from '../../../../test/support/vectors';
import { Question } from './question';
import { VectorArena } from './vector-arena';

interface Visit {
  readonly owner: string;
  readonly atMost: number;
  /** To each of its rows. */
  readonly similarities: readonly number[];
}

/** What is visited, in order, of owners that have these vectors. */
function compared(vector: Float32Array, vectors: Readonly<Record<string, readonly Float32Array[]>>): Visit[] {
  const arena = new VectorArena<string>();
  for (const [owner, of] of Object.entries(vectors)) arena.add(owner, of);
  const question = new Question(vector);
  const visits: Visit[] = [];
  for (const block of arena.moment())
    question.compare(block, (owner, atMost, first, count) =>
      visits.push({
        owner,
        atMost,
        similarities: Array.from({ length: count }, (_, row) =>
          question.similarity(block.numbers, first + row),
        ),
      }),
    );
  return visits;
}

const EAST = Float32Array.of(1, 0);
const NORTH = Float32Array.of(0, 1);
const WEST = Float32Array.of(-1, 0);

describe('Question', () => {
  it.each([1, 3, 4, 5, 384, 387])('multiplies every one of %d components', (dimension) => {
    const random = Float32Array.from({ length: dimension }, (_, i) => Math.sin(7 * i + 1));
    const length = Math.hypot(...random);
    const unit = random.map((component) => component / length);
    const question = Float32Array.from({ length: dimension }, (_, i) => (i + 1) / dimension ** 2);
    const expected = question.reduce((sum, component, i) => sum + component * unit[i]!, 0);
    const [visit] = compared(question, { a: [unit] });
    expect(visit!.similarities[0]).toBeCloseTo(expected, 12);
  });

  it('visits each owner once, with all of its rows', () => {
    const visits = compared(EAST, { a: [NORTH, EAST], b: [WEST, NORTH], c: [WEST], none: [] });
    expect(visits.map(({ owner, similarities }) => [owner, similarities])).toEqual([
      ['a', [0, 1]],
      ['b', [-1, 0]],
      ['c', [-1]],
    ]);
    visits.forEach(({ atMost }, i) => expect(atMost).toBeCloseTo([1, 0, -1][i]!, 2));
  });

  it('stays within [-1, 1], however it is rounded', () => {
    const visits = compared(Float32Array.of(1.0000001, 0), { a: [EAST], b: [WEST] });
    expect(visits.map(({ similarities }) => similarities)).toEqual([[1], [-1]]);
  });

  /** Numbers of one size, of very different sizes, and few that are not zero: what quantization does best and worst. */
  const KINDS: Readonly<Record<string, (random: () => number) => number>> = {
    even: (random) => random() - 0.5,
    uneven: (random) => (random() - 0.5) * 10 ** (-6 * random()),
    sparse: (random) => (random() < 0.05 ? random() - 0.5 : 0),
  };

  it.each(Object.entries(KINDS))('is nowhere nearer than it says at most: %s numbers', (_, numberOf) => {
    for (const dimension of [2, 16, 100, 384, 1024]) {
      const random = seededRandom(dimension);
      const vector = () => {
        const numbers = Float32Array.from({ length: dimension }, () => numberOf(() => random.next()));
        numbers[0] ||= 1e-3;
        const length = Math.hypot(...numbers);
        return numbers.map((number) => number / length);
      };
      const question = vector();
      // Some are nearly the question, where the bound matters.
      const vectors = Array.from({ length: 400 }, (__, i) =>
        i % 4 === 0 ? vector().map((number, at) => question[at]! + 0.01 * number) : vector(),
      );
      for (const { atMost, similarities } of compared(question, {
        ...Object.fromEntries(vectors.map((one, i) => [`${i}`, [one]])),
        several: vectors.slice(0, 5),
      }))
        expect(atMost).toBeGreaterThanOrEqual(Math.max(...similarities));
    }
  });

  it('says little more than how near a vector is', () => {
    const vectors = Array.from({ length: 500 }, (_, i) => unitVector(i));
    const visits = compared(unitVector(1_000), Object.fromEntries(vectors.map((one, i) => [`${i}`, [one]])));
    const excess = visits.map(({ atMost, similarities }) => atMost - similarities[0]!);
    expect(Math.max(...excess)).toBeLessThan(0.03);
  });
});
