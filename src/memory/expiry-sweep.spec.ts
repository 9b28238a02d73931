import { ExpirySweep } from './expiry-sweep';

const INTERVAL_MS = 60_000;

describe('ExpirySweep', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** Sweeps that end when a test says so. */
  function endless() {
    const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
    const failures: unknown[] = [];
    const sweep = new ExpirySweep(
      () => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })),
      (error) => failures.push(error),
    );
    sweep.start();
    return { sweep, ends, failures };
  }

  it('comes again after each interval', async () => {
    const { ends } = endless();
    await jest.advanceTimersByTimeAsync(INTERVAL_MS - 1);
    expect(ends).toHaveLength(0);
    for (let times = 1; times <= 3; times++) {
      await jest.advanceTimersByTimeAsync(INTERVAL_MS);
      expect(ends).toHaveLength(times);
      ends.at(-1)!.resolve();
    }
  });

  it('does not begin while another is under way', async () => {
    const { ends } = endless();
    await jest.advanceTimersByTimeAsync(3 * INTERVAL_MS);
    expect(ends).toHaveLength(1);
    ends[0]!.resolve();
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(ends).toHaveLength(2);
  });

  it('tells why it failed, and goes on', async () => {
    const { ends, failures } = endless();
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    ends[0]!.reject(new Error('away'));
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(failures).toEqual([new Error('away')]);
    expect(ends).toHaveLength(2);
  });

  it('stops after the one that is under way, for good', async () => {
    const { sweep, ends } = endless();
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    let stopped = false;
    const stopping = sweep.stop().then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(stopped).toBe(false);
    ends[0]!.resolve();
    await stopping;
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(ends).toHaveLength(1);
    await sweep.stop();
  });
});
