import { indexWork, keptAbove } from './index-work';

const SPACE = { modelId: 1 };
const EXACT_UP_TO = 1_000;

const index = (userId: number, { valid = true, modelId = 1 } = {}) => ({
  name: `index of ${userId}`,
  userId,
  modelId,
  valid,
});
const tenant = (userId: number, vectors: number) => ({ userId, vectors });

function usersOf(existing: ReturnType<typeof index>[], tenants: ReturnType<typeof tenant>[]) {
  const { drop, build } = indexWork(existing, tenants, SPACE, EXACT_UP_TO);
  return { drop: drop.map(({ userId }) => userId), build: build.map(({ userId }) => userId) };
}

describe('indexWork', () => {
  it('builds for who has more vectors than are compared, the largest first', () => {
    const tenants = [tenant(1, 1_000), tenant(2, 1_001), tenant(3, 5_000)];
    expect(usersOf([], tenants)).toEqual({ drop: [], build: [3, 2] });
  });

  it('leaves alone what is as it should be', () => {
    expect(usersOf([index(3)], [tenant(3, 5_000)])).toEqual({ drop: [], build: [] });
  });

  it('drops what broke off, and builds it again', () => {
    expect(usersOf([index(3, { valid: false })], [tenant(3, 5_000)])).toEqual({ drop: [3], build: [3] });
  });

  it('drops the index of who has become small or is gone, but not at the first vector less', () => {
    expect(keptAbove(EXACT_UP_TO)).toBe(500);
    // Who has 500 or fewer is not among the tenants.
    expect(usersOf([index(1), index(2)], [tenant(1, 501)])).toEqual({ drop: [2], build: [] });
  });

  it('drops what is of another model', () => {
    expect(usersOf([index(3, { modelId: 2 })], [tenant(3, 5_000)])).toEqual({ drop: [3], build: [3] });
  });

  it('has a hundred at most', () => {
    const kept = Array.from({ length: 98 }, (_, i) => index(i));
    const tenants = Array.from({ length: 105 }, (_, i) => tenant(i, 2_000 + i));
    expect(usersOf(kept, tenants)).toEqual({ drop: [], build: [104, 103] });
    const all = Array.from({ length: 101 }, (_, i) => index(i));
    expect(usersOf(all, tenants)).toEqual({ drop: [], build: [] });
  });
});
