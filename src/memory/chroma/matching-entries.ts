import { MemoryFilter } from '../memory';
import { matchesFilter } from '../memory-filter';
import { isLive } from '../stored-memory';
import { TenantEntry } from './tenant-entry';
import { visitInSlices } from './time-slices';

/** What of the entries is live at a moment and left by a filter. */
export function matcher(filter: MemoryFilter, now: Date): (entry: TenantEntry) => boolean {
  return ({ header }) => isLive(header, now) && matchesFilter(header, filter);
}

/** Those entries, in their order. */
export async function matchingEntries(
  entries: readonly TenantEntry[],
  filter: MemoryFilter,
  now: Date,
): Promise<TenantEntry[]> {
  const matches = matcher(filter, now);
  const matching: TenantEntry[] = [];
  await visitInSlices(entries, (entry) => {
    if (matches(entry)) matching.push(entry);
  });
  return matching;
}
