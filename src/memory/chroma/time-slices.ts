import { setImmediate as nextTurn } from 'node:timers/promises';

/** Long work gives the event loop its turn this often. Requests then wait a few milliseconds for it, not for all of it. */
const SLICE_MS = 5;
/** Looking at the clock costs as much as visiting a small item. Visiting that many never takes a slice. */
const ITEMS_BETWEEN_LOOKS = 64;

/**
 * Visits items in order until `visit` says false. `items` must not change meanwhile.
 *
 * @param itemsBetweenLooks at the clock: fewer where one takes longer.
 */
export async function visitInSlices<T>(
  items: readonly T[],
  visit: (item: T, position: number) => boolean | void,
  itemsBetweenLooks = ITEMS_BETWEEN_LOOKS,
): Promise<void> {
  let sliceEnd = performance.now() + SLICE_MS;
  for (let i = 0; i < items.length; i++) {
    if (visit(items[i]!, i) === false) return;
    if (i % itemsBetweenLooks !== 0 || performance.now() < sliceEnd) continue;
    await nextTurn();
    sliceEnd = performance.now() + SLICE_MS;
  }
}
