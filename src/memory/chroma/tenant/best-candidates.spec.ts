import { BestCandidates } from './best-candidates';
import { TenantEntry } from './tenant-entry';

const offer = (best: BestCandidates, id: string, similarity: number) =>
  best.offer({ header: { id } } as TenantEntry, similarity);
const idsOf = (best: BestCandidates): string[] => best.result().map(({ entry }) => entry.header.id);

describe('BestCandidates', () => {
  it('keeps the best in whatever order they come, equal ones by id', () => {
    const offered = [0.1, 0.9, 0.5, 0.5, -1, 0.7].map((similarity, i) => [`${i}`, similarity] as const);
    for (const order of [offered, offered.toReversed()]) {
      const best = new BestCandidates(4);
      for (const [id, similarity] of order) offer(best, id, similarity);
      expect(idsOf(best)).toEqual(['1', '5', '2', '3']);
    }
  });

  it('takes none below the least similarity', () => {
    const best = new BestCandidates(10, 0.5);
    for (const similarity of [0.49, 0.5, 0.51]) offer(best, `${similarity}`, similarity);
    expect(idsOf(best)).toEqual(['0.51', '0.5']);
  });
});
