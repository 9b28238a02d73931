/** One round of a measurement; resolves with its figure. */
export type Round = () => Promise<number>;

/**
 * The medians of measurements taken in turns, so that all meet the same machine: absolute figures move between minutes.
 * Each is warmed up by one round that does not count.
 */
export async function inTurns(rounds: number, works: readonly Round[]): Promise<number[]> {
  const figures: number[][] = works.map(() => []);
  for (const work of works) await work();
  for (let round = 0; round < rounds; round++)
    for (const [index, work] of works.entries()) figures[index]!.push(await work());
  return figures.map(median);
}

/** The same of two, one of which the other could be at best. */
export async function alternate(
  rounds: number,
  measured: Round,
  limit: Round,
): Promise<{ readonly measured: number; readonly limit: number }> {
  const figures = await inTurns(rounds, [measured, limit]);
  return { measured: figures[0]!, limit: figures[1]! };
}

/** How often `work` was done in a second. */
export async function rateOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (count * 1000) / (performance.now() - started);
}

/** Does `work` for every item, `concurrency` at a time. */
export async function each<T>(
  items: readonly T[],
  concurrency: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = items.values();
  const lane = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** The same work, noting the milliseconds that each takes. */
export function timed<T>(times: number[], work: (item: T) => Promise<unknown>): (item: T) => Promise<void> {
  return async (item) => {
    const started = performance.now();
    await work(item);
    times.push(performance.now() - started);
  };
}

export function p95(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length * 0.95)]!;
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function sum(figures: readonly number[]): number {
  return figures.reduce((all, figure) => all + figure, 0);
}

export function mean(figures: readonly number[]): number {
  return sum(figures) / figures.length;
}

export function inPartsOf<T>(size: number, items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
