/** Work that is done again and again in the background, never twice at once. */
export class RecurringTask {
  private timer?: NodeJS.Timeout;
  private running?: Promise<unknown>;

  /**
   * @param failed is told why it could not; the next time finds the same things to do.
   */
  constructor(
    private readonly work: () => Promise<unknown>,
    private readonly failed: (error: unknown) => void,
    private readonly intervalMs: number,
  ) {}

  /** The first time comes after an interval. */
  start(): void {
    this.timer ??= setInterval(() => this.run(), this.intervalMs).unref();
  }

  /** Begins now, unless it is under way. */
  run(): void {
    this.running ??= this.work()
      .catch(this.failed)
      .finally(() => (this.running = undefined));
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.running;
  }

  /** Waits for what is under way. Safe to call twice and before `start`. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.idle();
  }
}
