import { seededRandom } from '../../../../test/support/random';
import { unitVector } from '../../../../test/support/vectors';
import { VectorArena, VectorBlock } from './vector-arena';

/** Whose rows there are, in any order, with the numbers of each. */
function contentsOf(blocks: readonly VectorBlock<string>[], dimension: number): Map<string, number[][]> {
  const contents = new Map<string, number[][]>();
  for (const { numbers, owners } of blocks)
    owners.forEach((owner, row) => {
      if (owner === undefined) return;
      const vector = Array.from(numbers.subarray(row * dimension, (row + 1) * dimension));
      contents.set(owner, [...(contents.get(owner) ?? []), vector]);
    });
  return contents;
}

/** A different one of length 1 for each number. */
function direction(number: number): Float32Array {
  return Float32Array.of(Math.cos(number), Math.sin(number));
}

/** Owners in the order of their rows, each as often as its rows are interrupted by those of others. */
function runsOf(blocks: readonly VectorBlock<string>[]): string[] {
  return blocks.flatMap(({ owners }) =>
    owners.filter((owner, row) => owner !== undefined && owner !== owners[row - 1]).map((owner) => owner!),
  );
}

describe('VectorArena', () => {
  it('takes copies of length 1, without those that have no direction', () => {
    const arena = new VectorArena<string>();
    const vector = Float32Array.of(3, 4);
    arena.add('a', [vector, Float32Array.of(0, 0), Float32Array.of(0, 1)]);
    arena.add('zero', [Float32Array.of(0, 0)]);
    vector.fill(7);
    const expected = [
      [Math.fround(0.6), Math.fround(0.8)],
      [0, 1],
    ];
    expect([...contentsOf(arena.moment(), 2)]).toEqual([['a', expected]]);
  });

  it('refuses vectors of another dimension, and has nothing of them', () => {
    const arena = new VectorArena<string>();
    arena.add('a', [Float32Array.of(1, 0)]);
    expect(() => arena.add('b', [Float32Array.of(0, 1), Float32Array.of(1, 0, 0)])).toThrow(
      /EMBEDDING_MODEL/,
    );
    expect([...contentsOf(arena.moment(), 2).keys()]).toEqual(['a']);
  });

  it('leaves a moment as it was, whatever is added, removed, handed over and moved after', () => {
    const arena = new VectorArena<string>();
    for (let i = 0; i < 300; i++) arena.add(`${i}`, [unitVector(i)]);
    const moment = arena.moment();
    const before = contentsOf(moment, 384);
    for (let i = 0; i < 290; i++) arena.remove(`${i}`);
    arena.handOver('299', 'heir');
    for (let i = 300; i < 600; i++) arena.add(`${i}`, [unitVector(i)]);
    expect(contentsOf(moment, 384)).toEqual(before);
    const now = contentsOf(arena.moment(), 384);
    expect(now.size).toBe(310);
    expect(now.get('heir')).toEqual([Array.from(unitVector(299))]);
    expect(now.has('299')).toBe(false);
  });

  it('has exactly what is added and not removed, each owner in one piece, and no more holes than vectors', () => {
    const random = seededRandom(11);
    const arena = new VectorArena<string>();
    const expected = new Map<string, number[][]>();
    for (let step = 0; step < 3_000; step++) {
      // It grows, shrinks to nearly nothing, and grows again.
      const removes = random.next() < (step % 1_500 < 700 ? 0.3 : 0.7);
      const owner = [...expected.keys()][Math.floor(random.next() * expected.size)];
      if (removes && owner !== undefined) {
        arena.remove(owner);
        expected.delete(owner);
      } else if (owner !== undefined && random.next() < 0.2) {
        arena.handOver(owner, `${owner}'`);
        expected.set(`${owner}'`, expected.get(owner)!);
        expected.delete(owner);
      } else {
        const count = random.next() < 0.02 ? 200 : 1 + Math.floor(random.next() * 4);
        const vectors = Array.from({ length: count }, (_, i) => direction(step * 1_000 + i));
        arena.add(`${step}`, vectors);
        expected.set(
          `${step}`,
          vectors.map((vector) => Array.from(vector)),
        );
      }
      if (step % 50 !== 0) continue;
      const blocks = arena.moment();
      expect(contentsOf(blocks, 2)).toEqual(expected);
      expect(runsOf(blocks).sort()).toEqual([...expected.keys()].sort());
      const rows = [...expected.values()].reduce((sum, { length }) => sum + length, 0);
      expect(arena.rows).toBeLessThanOrEqual(2 * rows);
    }
  });

  it('knows which of the vectors given each row is, after those without a direction were left out', () => {
    const arena = new VectorArena<string>();
    arena.add('gaps', [Float32Array.of(0, 0), direction(1), Float32Array.of(0, 0), direction(2)]);
    arena.add('none', [direction(3), direction(4)]);
    arena.handOver('gaps', 'heir');
    const rows = arena.rowsOf('heir')!;
    expect([rows.first, rows.count]).toEqual([0, 2]);
    expect([arena.numberOf('heir', 0), arena.numberOf('heir', 1), arena.numberOf('none', 1)]).toEqual([
      1, 3, 1,
    ]);
    arena.remove('heir');
    expect(arena.rowsOf('heir')).toBeUndefined();
  });
});
