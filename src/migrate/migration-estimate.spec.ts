import { estimatedSeconds } from './migration-estimate';
import { NO_RECORDS } from './migration-run';

describe('estimatedSeconds', () => {
  const all = { ...NO_RECORDS, memories: 1_000 };

  it('takes a multiple of the dry run for what would be written', () => {
    expect(estimatedSeconds({ ...all, inserted: 900, overwritten: 100 }, 10)).toEqual({
      writing: 25,
      comparing: 70,
    });
  });

  it('takes as long as the dry run for what is there already', () => {
    expect(estimatedSeconds({ ...all, skipped: 1_000 }, 10).writing).toBe(10);
    expect(estimatedSeconds({ ...all, inserted: 500, skipped: 500 }, 10).writing).toBe(18);
  });

  it('adds the time of embedding', () => {
    expect(estimatedSeconds({ ...all, skipped: 1_000, embedded: 500 }, 10).writing).toBe(15);
  });

  it('knows what to say of nothing', () => {
    expect(estimatedSeconds(NO_RECORDS, 0)).toEqual({ writing: 0, comparing: 0 });
  });
});
