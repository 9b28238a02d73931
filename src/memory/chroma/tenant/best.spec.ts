import { Best } from './best';

interface Named {
  readonly id: string;
  readonly value: number;
}

function best(limit: number, least?: number): Best<Named> {
  return new Best<Named>(
    limit,
    (a, b) => b.value - a.value || (a.id < b.id ? -1 : 1),
    ({ value }) => value,
    least,
  );
}

const idsOf = (of: Best<Named>): string[] => of.result().map(({ id }) => id);

describe('Best', () => {
  it('keeps the best in whatever order they come, equal ones as compared', () => {
    const offered = [0.1, 0.9, 0.5, 0.5, -1, 0.7].map((value, i) => ({ id: `${i}`, value }));
    for (const order of [offered, offered.toReversed()]) {
      const sut = best(4);
      for (const item of order) sut.offer(item);
      expect(idsOf(sut)).toEqual(['1', '5', '2', '3']);
    }
  });

  it('takes none below the least value', () => {
    const sut = best(10, 0.5);
    for (const value of [0.49, 0.5, 0.51]) sut.offer({ id: `${value}`, value });
    expect(idsOf(sut)).toEqual(['0.51', '0.5']);
  });

  it('says what the next one must reach: nothing until it has as many as it keeps', () => {
    const sut = best(2);
    expect([0.3, 0.2, 0.4].map((value) => (sut.offer({ id: 'any', value }), sut.least))).toEqual([
      -Infinity,
      0.2,
      0.3,
    ]);
  });
});
