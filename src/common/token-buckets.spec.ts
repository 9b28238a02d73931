import { TokenBuckets } from './token-buckets';

describe('TokenBuckets', () => {
  let time = 0;
  let buckets: TokenBuckets;
  beforeEach(() => {
    time = 1_000_000;
    buckets = new TokenBuckets(3, () => time);
  });

  const take = (caller = 'ana') => buckets.take(caller, 4, 60_000);

  it('grants as many as the limit at once, and no more', () => {
    expect(
      [take(), take(), take(), take(), take()].map(({ granted, remaining }) => [granted, remaining]),
    ).toEqual([3, 2, 1, 0].map((left) => [true, left]).concat([[false, 0]]));
  });

  it('gives them back evenly', () => {
    for (let i = 0; i < 4; i++) take();
    time += 14_999;
    expect(take()).toMatchObject({ granted: false, nextAfterMs: expect.closeTo(1, 3) });
    time += 1;
    expect(take()).toMatchObject({ granted: true, remaining: 0, nextAfterMs: 15_000, fullAfterMs: 60_000 });
    expect(take().granted).toBe(false);
  });

  it('keeps no more than the limit, however long nobody asks', () => {
    take();
    time += 3_600_000;
    expect(take()).toMatchObject({ remaining: 3, fullAfterMs: 15_000, nextAfterMs: 0 });
  });

  it('does not count what it refuses', () => {
    for (let i = 0; i < 100; i++) take();
    time += 15_000;
    expect(take().granted).toBe(true);
  });

  it('gives back what is not to count after all, and no more than there was', () => {
    for (let i = 0; i < 4; i++) take();
    buckets.giveBack('ana', 4);
    expect([take().granted, take().granted]).toEqual([true, false]);
    for (let i = 0; i < 9; i++) buckets.giveBack('ana', 4);
    expect(take().remaining).toBe(3);
    buckets.giveBack('nobody', 4);
    expect(take('nobody').remaining).toBe(3);
  });

  it('counts each caller alone', () => {
    for (let i = 0; i < 5; i++) take();
    expect(take('bo')).toMatchObject({ granted: true, remaining: 3 });
  });

  it('takes nothing away when the clock is set back', () => {
    take();
    time -= 500_000;
    expect(take()).toMatchObject({ granted: true, remaining: 2 });
  });

  it('forgets whoever asked longest ago, not whoever asks all the time', () => {
    for (const caller of ['ana', 'bo', 'ana', 'cleo', 'ana', 'dan']) take(caller);
    expect(take('ana').remaining).toBe(0);
    expect(take('bo').remaining).toBe(3);
  });
});
