/** A line that often: enough to see that it goes on. */
const INTERVAL_MS = 2_000;

/** Says now and then how far a copy is. */
export class CopyProgress {
  private done = 0;
  private saidAt = performance.now();

  constructor(
    private readonly doing: string,
    private readonly total: number,
    private readonly say: (message: string) => void,
  ) {}

  advance(records: number): void {
    this.done += records;
    if (performance.now() - this.saidAt < INTERVAL_MS) return;
    this.saidAt = performance.now();
    this.say(`${this.doing} ${this.done.toLocaleString('en')} of ${this.total.toLocaleString('en')} records`);
  }
}
