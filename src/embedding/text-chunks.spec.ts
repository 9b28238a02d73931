import { estimateTokens, textChunks } from './text-chunks';

describe('textChunks', () => {
  it.each(['', 'short', 'x'.repeat(762)])('leaves a text of up to 762 bytes whole', (text) => {
    expect(textChunks(text)).toEqual([text]);
  });

  it.each([
    ['English', 'It was the best of times, it was the worst of times'],
    ['Chinese', '那是最好的时代那是最坏的时代'],
    ['emoji', '🙂🙃'],
  ])('covers %s in pieces that overlap and are cut between characters', (_, sentence) => {
    const text = Array.from({ length: 400 }, (_, index) => `${sentence}${index}.`).join('');
    const chunks = textChunks(text);
    let covered = 0;
    for (const chunk of chunks) {
      const from = text.indexOf(chunk);
      expect(from).not.toBe(-1);
      expect(from).toBeLessThanOrEqual(covered);
      expect(Buffer.byteLength(chunk)).toBeLessThanOrEqual(762);
      covered = from + chunk.length;
    }
    expect(covered).toBe(text.length);
    expect(chunks.length).toBeLessThan(Buffer.byteLength(text) / 250);
  });

  it('begins a piece with the last 96 bytes of the one before', () => {
    const [first, second] = textChunks('x'.repeat(2000)) as [string, string];
    expect([first.length, second.length]).toEqual([762, 762]);
    expect(textChunks('x'.repeat(763))[1]).toHaveLength(97);
  });
});

describe('estimateTokens', () => {
  it('is not below what tokenizers count', () => {
    expect(estimateTokens('What is wisdom?')).toBe(5);
    expect(estimateTokens('你好')).toBe(2);
    expect(estimateTokens('')).toBe(0);
  });
});
