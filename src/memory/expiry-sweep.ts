import { RecurringTask } from './recurring-task';

/** Expired memories are invisible at once; how soon their rows go matters little. */
const INTERVAL_MS = 60_000;

/** Removes from a store, again and again in the background, what has expired. */
export function expirySweep(sweep: () => Promise<unknown>, failed: (error: unknown) => void): RecurringTask {
  return new RecurringTask(sweep, failed, INTERVAL_MS);
}
