import { visitInSlices } from './time-slices';

/** Longer than a slice. */
const LONG_MS = 6;

function work(): void {
  const end = performance.now() + LONG_MS;
  while (performance.now() < end);
}

describe('visitInSlices', () => {
  it('visits in order until it is told to stop', async () => {
    const visited: [string, number][] = [];
    await visitInSlices(['a', 'b', 'c'], (item, position) => {
      visited.push([item, position]);
      return item !== 'b';
    });
    expect(visited).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
  });

  it('lets the event loop turn after each slice, however many work at once', async () => {
    let turn = 0;
    let counting = setImmediate(function count() {
      turn++;
      counting = setImmediate(count);
    });
    const visited: { who: number; turn: number }[] = [];
    const visitor = (who: number) =>
      visitInSlices(
        [1, 2, 3],
        () => {
          work();
          visited.push({ who, turn });
        },
        1,
      );
    await Promise.all([0, 1, 2, 3, 4].map(visitor));
    clearImmediate(counting);
    for (const { turn } of visited)
      // What began in a turn, and the one whose turn it was.
      expect(visited.filter((other) => other.turn === turn).length).toBeLessThanOrEqual(2);
    expect([...new Set(visited.map(({ who }) => who))]).toEqual([0, 1, 2, 3, 4]);
    // All have begun before one is done.
    const last = visited.findIndex(({ who }) => who === 4);
    const begun = visited.slice(0, last).map(({ who }) => who);
    for (const who of begun) expect(begun.filter((other) => other === who).length).toBeLessThan(3);
  });
});
