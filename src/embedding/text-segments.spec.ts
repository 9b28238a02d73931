import { textSegments } from './text-segments';

describe('textSegments', () => {
  it.each(['', 'short', 'exactly 10'])('leaves %j whole', (text) => {
    expect([...textSegments(text, 10)]).toEqual([text]);
  });

  it('cuts before white space', () => {
    expect([...textSegments('one two three\nfour', 8)]).toEqual(['one two', ' three', '\nfour']);
  });

  it('cuts text without white space at the size, but never a surrogate pair', () => {
    expect([...textSegments('abcdefgh', 3)]).toEqual(['abc', 'def', 'gh']);
    expect([...textSegments('🙂🙂🙂', 3)]).toEqual(['🙂', '🙂', '🙂']);
  });

  it('loses nothing', () => {
    const text = 'A text of several words, 你好 and 🙂🙂🙂🙂🙂🙂 without pause. '.repeat(50);
    const segments = [...textSegments(text, 40)];
    expect(segments.join('')).toBe(text);
    expect(Math.max(...segments.map((segment) => segment.length))).toBeLessThanOrEqual(40);
  });
});
