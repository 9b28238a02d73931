import { BestCandidates } from './best-candidates';
import { TenantEntry } from './tenant-entry';

const candidate = (id: string, similarity: number) => ({
  entry: { header: { id } } as TenantEntry,
  similarity,
});
const idsOf = (best: BestCandidates): string[] => best.result().map(({ entry }) => entry.header.id);

describe('BestCandidates', () => {
  it('keeps the best in whatever order they come, equal ones by id', () => {
    const offered = [0.1, 0.9, 0.5, 0.5, -1, 0.7].map((similarity, i) => candidate(`${i}`, similarity));
    for (const order of [offered, offered.toReversed()]) {
      const best = new BestCandidates(4);
      for (const each of order) best.offer(each);
      expect(idsOf(best)).toEqual(['1', '5', '2', '3']);
    }
  });

  it('takes none below the least similarity', () => {
    const best = new BestCandidates(10, 0.5);
    for (const similarity of [0.49, 0.5, 0.51]) best.offer(candidate(`${similarity}`, similarity));
    expect(idsOf(best)).toEqual(['0.51', '0.5']);
  });
});
