import { Question } from './question';
import { VectorArena } from './vector-arena';

/** What is visited, in order, of owners that have these vectors. */
function compared(
  question: Float32Array,
  vectors: Readonly<Record<string, readonly Float32Array[]>>,
): [string, number][] {
  const arena = new VectorArena<string>();
  for (const [owner, of] of Object.entries(vectors)) arena.add(owner, of);
  const visited: [string, number][] = [];
  for (const block of arena.moment())
    new Question(question).compare(block, (owner, similarity) => visited.push([owner, similarity]));
  return visited;
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
    const [[, similarity] = []] = compared(question, { a: [unit] });
    expect(similarity).toBeCloseTo(expected, 12);
  });

  it('visits each owner once, with its best vector', () => {
    expect(compared(EAST, { a: [NORTH, EAST], b: [WEST, NORTH], c: [WEST], none: [] })).toEqual([
      ['a', 1],
      ['b', 0],
      ['c', -1],
    ]);
  });

  it('stays within [-1, 1], however it is rounded', () => {
    expect(compared(Float32Array.of(1.0000001, 0), { a: [EAST], b: [WEST] })).toEqual([
      ['a', 1],
      ['b', -1],
    ]);
  });
});
