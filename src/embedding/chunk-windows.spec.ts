import { chunkWindows } from './chunk-windows';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('chunkWindows', () => {
  it.each([0, 1, 253, 254])('keeps %i tokens in one window', (count) => {
    expect(chunkWindows(upTo(count))).toEqual([upTo(count)]);
  });

  it('begins each window with the last 32 tokens of the one before', () => {
    const windows = chunkWindows(upTo(600));
    expect(windows.map((window) => [window[0], window.at(-1)])).toEqual([
      [0, 253],
      [222, 475],
      [444, 599],
    ]);
  });

  it.each([255, 476, 477, 1000, 50_000])('covers each of %i tokens, the last window adding some', (count) => {
    const windows = chunkWindows(upTo(count));
    expect(new Set(windows.flat()).size).toBe(count);
    expect(windows.at(-1)!.length).toBeGreaterThan(32);
    expect(windows.at(-1)!.at(-1)).toBe(count - 1);
    expect(Math.max(...windows.map((window) => window.length))).toBe(254);
  });

  it('takes the size of a smaller model', () => {
    expect(chunkWindows(upTo(7), 4, 1)).toEqual([
      [0, 1, 2, 3],
      [3, 4, 5, 6],
    ]);
  });
});
