import fc from 'fast-check';
import { chunkTexts } from './chunk-texts';

describe('chunkTexts', () => {
  it('leaves a text of one chunk as it is', () => {
    expect(chunkTexts(' one  chunk ', 1)).toEqual([' one  chunk ']);
    expect(chunkTexts('', 1)).toEqual(['']);
  });

  it('cuts between words, each piece beginning with the end of the one before', () => {
    const words = Array.from({ length: 600 }, (_, i) => `w${i}`);
    const pieces = chunkTexts(words.join(' '), 3).map((piece) => piece.trim().split(' '));
    expect(pieces.map((piece) => words.includes(piece[0]!))).toEqual([true, true, true]);
    expect([pieces[0]![0], pieces[2]!.at(-1)]).toEqual(['w0', 'w599']);
    for (const [i, piece] of pieces.slice(1).entries()) {
      const shared = piece.filter((word) => pieces[i]!.includes(word));
      expect(shared.length).toBeGreaterThan(15);
      expect(shared.length).toBeLessThan(45);
    }
  });

  it('has every word whole in some piece, in as many pieces as asked for', () => {
    const texts = fc.array(
      fc.string({ minLength: 1, maxLength: 12 }).map((word) => word.replace(/\s/g, 'x')),
    );
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 9 }), (words, chunks) => {
        const pieces = chunkTexts(words.join(' '), chunks);
        expect(pieces).toHaveLength(chunks);
        const whole = new Set(pieces.flatMap((piece) => piece.split(/\s/)));
        for (const word of words) expect(whole).toContain(word);
      }),
    );
  });

  it('cuts a text without white space too', () => {
    const pieces = chunkTexts('字'.repeat(1_000), 2);
    expect(pieces.map(({ length }) => length)).toEqual([533, 534]);
  });
});
