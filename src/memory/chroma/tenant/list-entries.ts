import { ListQuery, Position } from '../../memory';
import { byOccurrence } from '../../stored-memory';
import { matcher } from './matching-entries';
import { TenantEntry } from './tenant-entry';
import { TenantIndex } from './tenant-index';
import { visitInSlices } from '../../../common/time-slices';

export interface EntryPage {
  readonly entries: readonly TenantEntry[];
  readonly next: Position | null;
  readonly total?: number;
}

/** A page of what a query leaves of an index. Stops looking where the page is full. */
export async function listEntries(
  index: TenantIndex,
  { filter, order, limit, after, withTotal = false }: ListQuery,
  now: Date,
): Promise<EntryPage> {
  const matches = matcher(index, filter, now);
  const direction = order === 'ascending' ? 1 : -1;
  const entries: TenantEntry[] = [];
  let total = 0;
  let surplus = 0;
  const all = direction === 1 ? index.entries : index.entries.toReversed();
  await visitInSlices(all, (entry) => {
    const isBehind = !after || direction * byOccurrence(entry.header, after) > 0;
    if ((!isBehind && !withTotal) || !matches(entry)) return true;
    total++;
    if (isBehind && entries.length < limit) entries.push(entry);
    else if (isBehind) surplus++;
    return withTotal || surplus === 0;
  });
  const last = surplus > 0 ? entries.at(-1)?.header : undefined;
  return {
    entries,
    next: last ? { occurredAt: last.occurredAt, id: last.id } : null,
    ...(withTotal ? { total } : {}),
  };
}
