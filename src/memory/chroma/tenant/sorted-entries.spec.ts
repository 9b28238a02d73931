import { seededRandom } from '../../../../test/support/random';
import { SortedEntries, withEntries, withoutEntries } from './sorted-entries';
import { byEntryOccurrence, TenantEntry } from './tenant-entry';

/** Many of the same moment: then ids decide. */
const entry = (id: number) =>
  ({ header: { id: String(id).padStart(4, '0'), occurredAt: new Date(id % 7) } }) as TenantEntry;

it('keeps the order through whatever is taken in and out', () => {
  const random = seededRandom(3);
  let entries: SortedEntries = [];
  let lastId = 0;
  for (let step = 0; step < 300; step++) {
    const added = Array.from({ length: Math.floor(random.next() * 5) }, () => entry(lastId++));
    const removed = entries.filter(() => random.next() < 0.1);
    const before = [...entries];
    const expected = [...entries.filter((each) => !removed.includes(each)), ...added].sort(byEntryOccurrence);
    const result = withEntries(withoutEntries(entries, removed), added.toReversed());
    expect(result).toEqual(expected);
    expect(entries).toEqual(before);
    entries = result;
  }
});

it('takes out none that only looks like one that is there', () => {
  const entries = [entry(1), entry(2)];
  expect(withoutEntries(entries, [entry(1), entry(9)])).toEqual(entries);
});
