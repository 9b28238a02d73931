/** Expired memories are invisible at once; how soon their rows go matters little. */
const INTERVAL_MS = 60_000;

/** Removes from a store, again and again in the background and never twice at once, what has expired. */
export class ExpirySweep {
  private timer?: NodeJS.Timeout;
  private running?: Promise<unknown>;

  /**
   * @param sweep removes what has expired by now.
   * @param failed is told why it could not; the next one finds the same things to do.
   */
  constructor(
    private readonly sweep: () => Promise<unknown>,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** The first one comes after an interval. */
  start(): void {
    this.timer ??= setInterval(() => this.run(), INTERVAL_MS).unref();
  }

  /** Waits for the one that is under way. Safe to call twice and before `start`. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.running;
  }

  private run(): void {
    this.running ??= this.sweep()
      .catch(this.failed)
      .finally(() => (this.running = undefined));
  }
}
