import { RecurringTask } from './recurring-task';

const INTERVAL_MS = 1_000;

describe('RecurringTask', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** Work that ends when a test says so. */
  function endless() {
    const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
    const failures: unknown[] = [];
    const task = new RecurringTask(
      () => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })),
      (error) => failures.push(error),
      INTERVAL_MS,
    );
    task.start();
    return { task, ends, failures };
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

  it('begins at once when told to, but not a second time', async () => {
    const { task, ends } = endless();
    task.run();
    task.run();
    expect(ends).toHaveLength(1);
    ends[0]!.resolve();
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(ends).toHaveLength(2);
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
    const { task, ends } = endless();
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    let stopped = false;
    const stopping = task.stop().then(() => (stopped = true));
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(stopped).toBe(false);
    ends[0]!.resolve();
    await stopping;
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(ends).toHaveLength(1);
    await task.stop();
  });
});
