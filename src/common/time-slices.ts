import { setImmediate as nextTurn } from 'node:timers/promises';

/** Long work gives the event loop its turn this often. Requests then wait a few milliseconds for it, not for all of it. */
const SLICE_MS = 5;
/** Looking at the clock costs as much as visiting a small item. Visiting that many never takes a slice. */
const ITEMS_BETWEEN_LOOKS = 64;

/** The end of the slice in this turn of the event loop, whoever works in it; undefined as long as nobody has. */
let sliceEnd: number | undefined;
let lastInLine: Promise<void> = Promise.resolve();

/**
 * Visits items in order until `visit` says false. `items` must not change meanwhile. All visits together take one slice in
 * a turn: 16 searches whose questions were embedded together would otherwise follow each other without a pause.
 *
 * @param itemsBetweenLooks at the clock: fewer where one takes longer.
 */
export async function visitInSlices<T>(
  items: Iterable<T>,
  visit: (item: T, position: number) => boolean | void,
  itemsBetweenLooks = ITEMS_BETWEEN_LOOKS,
): Promise<void> {
  let position = 0;
  for (const item of items) {
    if (position % itemsBetweenLooks === 0) while (!hasTime()) await turnInLine();
    if (visit(item, position++) === false) return;
  }
}

function hasTime(): boolean {
  if (sliceEnd !== undefined) return performance.now() < sliceEnd;
  sliceEnd = performance.now() + SLICE_MS;
  setImmediate(() => (sliceEnd = undefined));
  return true;
}

/** Each waits for a turn of its own, in the order of asking. */
function turnInLine(): Promise<void> {
  lastInLine = lastInLine.then(() => nextTurn());
  return lastInLine;
}
