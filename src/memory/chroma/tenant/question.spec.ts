import { seededRandom } from '../../../../test/support/random';
import { unitVector } from '../../../../test/support/vectors';
import { Question } from './question';
import { VectorArena } from './vector-arena';

interface Visit {
  readonly owner: string;
  /** To each of its rows. */
  readonly similarities: readonly number[];
}

type Vectors = Readonly<Record<string, readonly Float32Array[]>>;

function arenaOf(vectors: Vectors): VectorArena<string> {
  const arena = new VectorArena<string>();
  for (const [owner, of] of Object.entries(vectors)) arena.add(owner, of);
  return arena;
}

/** The owners that are visited, in order, and the similarities of their rows. */
function compared(vector: Float32Array, vectors: Vectors, least = -Infinity): Visit[] {
  const question = new Question(vector);
  return visitedIn(arenaOf(vectors), question, least).map(({ owner, numbers, first, count }) => ({
    owner,
    similarities: Array.from({ length: count }, (_, row) => question.similarity(numbers, first + row)),
  }));
}

function visitedIn(arena: VectorArena<string>, question: Question, least: number) {
  const visits: { owner: string; numbers: Float32Array; first: number; count: number }[] = [];
  for (const block of arena.moment())
    question.compare(
      block,
      () => least,
      (owner, first, count) => visits.push({ owner, numbers: block.numbers, first, count }),
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
  });

  it('visits an owner with all of its rows, whichever of them is near', () => {
    const several = { a: [WEST, EAST, WEST], b: [EAST, WEST], c: [NORTH], d: [WEST, EAST] };
    const visits = compared(EAST, several, 0.9);
    expect(visits).toEqual([
      { owner: 'a', similarities: [-1, 1, -1] },
      { owner: 'b', similarities: [1, -1] },
      { owner: 'd', similarities: [-1, 1] },
    ]);
  });

  it('visits an owner once that has more rows than are compared at a time', () => {
    const many = Array.from({ length: 300 }, (_, i) => (i % 100 === 50 ? EAST : WEST));
    const visits = compared(EAST, { before: [EAST], many, after: [EAST] }, 0.9);
    expect(visits.map(({ owner, similarities }) => [owner, similarities.length])).toEqual([
      ['before', 1],
      ['many', 300],
      ['after', 1],
    ]);
  });

  it('asks anew after each visit what is near enough', () => {
    const visited: string[] = [];
    for (const block of arenaOf({ a: [NORTH], b: [EAST], c: [NORTH], d: [EAST] }).moment())
      new Question(EAST).compare(
        block,
        () => (visited.includes('b') ? 0.9 : -1),
        (owner) => visited.push(owner),
      );
    expect(visited).toEqual(['a', 'b', 'd']);
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

  it.each(Object.entries(KINDS))('passes over none that is near enough: %s numbers', (_, numberOf) => {
    for (const dimension of [2, 16, 100, 384, 1024]) {
      const random = seededRandom(dimension);
      const vector = () => {
        const numbers = Float32Array.from({ length: dimension }, () => numberOf(() => random.next()));
        numbers[0] ||= 1e-3;
        const length = Math.hypot(...numbers);
        return numbers.map((number) => number / length);
      };
      const question = vector();
      // Some are nearly the question, where it matters most.
      const vectors = Array.from({ length: 400 }, (__, i) =>
        i % 4 === 0 ? vector().map((number, at) => question[at]! + 0.01 * number) : vector(),
      );
      const owned: Vectors = {
        ...Object.fromEntries(vectors.map((one, i) => [`${i}`, [one]])),
        several: vectors.slice(0, 5),
      };
      const all = compared(question, owned);
      expect(all.map(({ owner }) => owner)).toEqual(Object.keys(owned));
      const ofOwner = new Map(all.map(({ owner, similarities }) => [owner, Math.max(...similarities)]));
      const arena = arenaOf(owned);
      // That of each tenth itself: the bound is tried where it is tightest.
      for (const least of [...ofOwner.values()].filter((__, i) => i % 10 === 0)) {
        const visited = new Set(visitedIn(arena, new Question(question), least).map(({ owner }) => owner));
        const missed = [...ofOwner].filter(
          ([owner, similarity]) => similarity >= least && !visited.has(owner),
        );
        expect(missed).toEqual([]);
      }
    }
  });

  it('visits few that are not', () => {
    const vectors = Array.from({ length: 500 }, (_, i) => unitVector(i));
    const owned = Object.fromEntries(vectors.map((one, i) => [`${i}`, [one]]));
    const visited = compared(unitVector(1_000), owned, 0.1);
    expect(Math.min(...visited.map(({ similarities }) => similarities[0]!))).toBeGreaterThan(0.07);
  });
});
