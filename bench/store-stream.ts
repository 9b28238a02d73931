import type { Api } from './api';

/**
 * Batches that are stored without a pause until it is told to stop. The memories have keys: what comes again replaces
 * what was there, and the amount that is stored has an end.
 */
export class StoreStream {
  private running: Promise<void>[] = [];
  private stopped = true;
  private stored = 0;
  private next = 0;

  constructor(
    private readonly api: Api,
    private readonly userId: number,
    private readonly batches: readonly (readonly string[])[],
  ) {}

  /** @param lanes batches at a time. */
  start(lanes: number): void {
    this.stopped = false;
    this.running = Array.from({ length: lanes }, () => this.run());
  }

  /** Resolves when what was under way is stored; rejects if something could not be. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running);
  }

  /** Memories stored in a second of this work. */
  async rateDuring(work: () => Promise<unknown>): Promise<number> {
    const [started, before] = [performance.now(), this.stored];
    await work();
    return ((this.stored - before) * 1000) / (performance.now() - started);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const number = this.next++ % this.batches.length;
      const batch = this.batches[number]!;
      const memories = batch.map((content, n) => ({ content, external_id: `stream ${number} ${n}` }));
      await this.api.post('store/batch', { memories, user_id: this.userId });
      this.stored += batch.length;
    }
  }
}
