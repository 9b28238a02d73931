import { byEntryOccurrence, TenantEntry } from './tenant-entry';

/**
 * Entries in the order `(occurredAt, id)`, changed by making a new list. Places are found by halving, and what lies between
 * them is copied unseen: a list of 50,000 is copied in a millisecond, looking at each of its entries takes tens of them.
 */
export type SortedEntries = readonly TenantEntry[];

/** With entries taken in, in any order. */
export function withEntries(entries: SortedEntries, added: readonly TenantEntry[]): SortedEntries {
  const result: TenantEntry[] = [];
  let from = 0;
  for (const entry of added.toSorted(byEntryOccurrence)) {
    const place = placeOf(entries, entry, from);
    while (from < place) result.push(entries[from++]!);
    result.push(entry);
  }
  while (from < entries.length) result.push(entries[from++]!);
  return result;
}

/** Without some that are there. */
export function withoutEntries(entries: SortedEntries, removed: readonly TenantEntry[]): SortedEntries {
  const result: TenantEntry[] = [];
  let from = 0;
  for (const entry of removed.toSorted(byEntryOccurrence)) {
    const place = placeOf(entries, entry, from);
    while (from < place) result.push(entries[from++]!);
    if (entries[from] === entry) from++;
  }
  while (from < entries.length) result.push(entries[from++]!);
  return result;
}

/** How many come before an entry, of which so many are known. */
function placeOf(entries: SortedEntries, entry: TenantEntry, known: number): number {
  let low = known;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (byEntryOccurrence(entries[middle]!, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
