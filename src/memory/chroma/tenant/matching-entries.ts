import { MemoryFilter } from '../../memory';
import { matchesEverything, matchesFilter } from '../../filter/memory-filter';
import { isLive } from '../../stored-memory';
import { TenantEntry } from './tenant-entry';
import { TenantIndex } from './tenant-index';
import { visitInSlices } from '../../../common/time-slices';

/** What of an index is live at a moment and left by a filter. */
export function matcher(
  index: TenantIndex,
  filter: MemoryFilter,
  now: Date,
): (entry: TenantEntry) => boolean {
  // Looking at an entry costs as much as comparing its vector, where neither has been looked at for a while.
  if (matchesEverything(filter) && index.expired(now).length === 0) return () => true;
  return ({ header }) => isLive(header, now) && matchesFilter(header, filter);
}

/** Those entries, in their order. */
export async function matchingEntries(
  index: TenantIndex,
  filter: MemoryFilter,
  now: Date,
): Promise<TenantEntry[]> {
  const matches = matcher(index, filter, now);
  const matching: TenantEntry[] = [];
  await visitInSlices(index.entries, (entry) => {
    if (matches(entry)) matching.push(entry);
  });
  return matching;
}
