import fc from 'fast-check';
import { candidate, session } from '../../../test/support/candidates';
import { CandidateChunk, WordScope } from '../candidates';
import { HYBRID_WEIGHTS, KEYWORD_WEIGHTS, scoreMemories } from './context-scores';

const NO_WORDS: WordScope = { chunks: 10, chunksWith: [] };

function scored(
  chunks: readonly CandidateChunk[],
  scope = NO_WORDS,
  named: string[] = [],
  weights = HYBRID_WEIGHTS,
) {
  return new Map(scoreMemories({ chunks, scope }, named, weights).map((memory) => [memory.memoryId, memory]));
}

describe('scoreMemories', () => {
  it('adds up a chunk that has every word, its speaker named, and asks', () => {
    const chunk = candidate('a', { cosine: 0.5, counts: [1, 2], speaker: 'Ana', asks: true });
    const { score, parts } = scored([chunk], { chunks: 10, chunksWith: [1, 3] }, ['Ana']).get('a')!;
    // idf(1 of 10) = ln(1 + 9.5 / 1.5) and idf(3 of 10) = ln(1 + 7.5 / 3.5); s(1) = 1, s(2) = 3.2 / 2.6.
    const [rare, common] = [Math.log(11 / 1.5), Math.log(11 / 3.5)];
    const words = (rare * 1 + common * (3.2 / 2.6)) / (rare + common);
    expect(parts.words).toBeCloseTo(words, 12);
    expect(parts).toMatchObject({ vector: 0.75, speaker: 0.3, question: -0.1, recency: 1 });
    expect(score).toBeCloseTo(words + 0.75 + 0.3 - 0.1, 12);
  });

  it('weighs a rare word more, and one that is nowhere not at all', () => {
    const scope = { chunks: 100, chunksWith: [1, 50, 0] };
    const all = scored(
      [candidate('rare', { counts: [1, 0, 0] }), candidate('common', { counts: [0, 1, 0] })],
      scope,
    );
    const [rare, common] = [Math.log(101 / 1.5), Math.log(101 / 50.5)];
    expect(all.get('rare')!.score).toBeCloseTo(rare / (rare + common), 12);
    expect(all.get('common')!.score).toBeCloseTo(common / (rare + common), 12);
  });

  it('lends words and nearness to the two before and behind, each its share', () => {
    const chunks = session(
      ['-3', '-2', '-1', '0', '1', '2', '3'].map((id) =>
        candidate(id, id === '0' ? { cosine: 0.8, counts: [1] } : { cosine: -0.5, counts: [0] }),
      ),
    );
    const all = scored(chunks, { chunks: 7, chunksWith: [1] });
    const partsOf = (id: string) => [all.get(id)!.parts.words, all.get(id)!.parts.vector / 1.5];
    // A cosine below 0 is lent as any other: a share of it is more than all of it.
    const expected: Record<string, number[]> = {
      '-3': [0, -0.35],
      '-2': [0.35, 0.7 * 0.8],
      '-1': [0.5, 0.8 * 0.8],
      '0': [1, 0.8],
      '1': [0.7, 0.85 * 0.8],
      '2': [0.5, 0.75 * 0.8],
      '3': [0, -0.375],
    };
    for (const [id, [words, vector]] of Object.entries(expected)) {
      expect(partsOf(id)[0]).toBeCloseTo(words!, 12);
      expect(partsOf(id)[1]).toBeCloseTo(vector!, 12);
    }
  });

  it('reaches over one that is no candidate, which itself lends nothing', () => {
    const [first, , last] = session([
      candidate('first', { cosine: 0.4 }),
      candidate('left out', { cosine: 0.9 }),
      candidate('last', { cosine: 0.1 }),
    ]);
    const all = scored([first!, last!]);
    expect(all.get('last')!.parts.vector).toBeCloseTo(1.5 * 0.75 * 0.4, 12);
    expect(all.get('first')!.parts.vector).toBeCloseTo(1.5 * 0.4, 12);
  });

  it('counts a memory once, with its best chunk, whose neighbours are its other chunks', () => {
    const chunks = session([
      candidate('long', { chunk: 0, cosine: 0.2, similarity: 0.6, asks: true }),
      candidate('long', { chunk: 1, cosine: 0.6, similarity: 0.6 }),
    ]);
    const all = scored(chunks);
    expect([...all.keys()]).toEqual(['long']);
    expect(all.get('long')).toMatchObject({ similarity: 0.6, parts: { question: 0 } });
    expect(all.get('long')!.score).toBeCloseTo(0.9, 12);
  });

  it('goes by words and their context alone where asked to', () => {
    const chunk = candidate('a', { cosine: 0.9, counts: [1], speaker: 'Ana', asks: true });
    const { score, similarity } = scored(
      [chunk],
      { chunks: 3, chunksWith: [1] },
      ['Ana'],
      KEYWORD_WEIGHTS,
    ).get('a')!;
    expect(score).toBeCloseTo(1, 12);
    expect(similarity).toBe(0.9);
  });

  it('scores nothing where there is nothing', () => {
    expect(scoreMemories({ chunks: [], scope: NO_WORDS }, [])).toEqual([]);
    expect(scored([candidate('a', { counts: [0] })], { chunks: 0, chunksWith: [0] }).get('a')!.score).toBe(0);
  });
});

describe('every score', () => {
  const WORDS = 3;
  const chunk = fc.record({
    cosine: fc.double({ min: -1, max: 1, noNaN: true }),
    counts: fc.array(fc.nat(20), { minLength: WORDS, maxLength: WORDS }),
    asks: fc.boolean(),
    speaker: fc.constantFrom(null, 'Ana', 'Ben'),
  });
  const sessions = fc.array(fc.array(chunk, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });
  const candidatesOf = (all: typeof sessions extends fc.Arbitrary<infer T> ? T : never) =>
    all.map((chunks, s) => session(chunks.map((fields, i) => candidate(`${s}-${i}`, fields))));
  const scope = fc.record({
    chunks: fc.integer({ min: 30, max: 1_000 }),
    chunksWith: fc.array(fc.nat(30), { minLength: WORDS, maxLength: WORDS }),
  });
  const scoresOf = (chunks: readonly CandidateChunk[], words: WordScope) =>
    Object.fromEntries([...scored(chunks, words, ['Ana'])].map(([id, { score }]) => [id, score]));

  it('is finite, and the same whatever the order of the chunks', () => {
    fc.assert(
      fc.property(sessions, scope, fc.infiniteStream(fc.nat()), (all, words, random) => {
        const chunks = candidatesOf(all).flat();
        const scores = scoresOf(chunks, words);
        expect(Object.values(scores).every(Number.isFinite)).toBe(true);
        const order = chunks.map((each) => ({ each, key: random.next().value as number }));
        const shuffled = order.sort((a, b) => a.key - b.key).map(({ each }) => each);
        expect(scoresOf(shuffled, words)).toEqual(scores);
      }),
    );
  });

  it('owes nothing to other sessions', () => {
    fc.assert(
      fc.property(sessions, scope, (all, words) => {
        const apart = candidatesOf(all);
        const together = scoresOf(apart.flat(), words);
        expect(Object.assign({}, ...apart.map((chunks) => scoresOf(chunks, words)))).toEqual(together);
      }),
    );
  });

  it('owes nothing to a chunk that a filter leaves out, whatever that was', () => {
    fc.assert(
      fc.property(sessions, scope, fc.func(fc.boolean()), chunk, (all, words, isLeft, other) => {
        const chunks = candidatesOf(all).flat();
        const left = (each: CandidateChunk) => isLeft(each.memoryId);
        const changed = chunks.map((each) => (left(each) ? each : { ...each, ...other }));
        expect(scoresOf(changed.filter(left), words)).toEqual(scoresOf(chunks.filter(left), words));
      }),
    );
  });
});
