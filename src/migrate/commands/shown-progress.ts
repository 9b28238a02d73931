import { Progress } from '../../cli/progress';
import type { MigrationProgress } from '../migration-progress';

/** On stderr; made anew each time when it is known how many there are. */
export class ShownProgress implements MigrationProgress {
  private shown?: Progress;

  /** @param unit what is counted, in the plural. */
  constructor(
    private readonly unit: string,
    private readonly plain: boolean,
  ) {}

  start(total: number): void {
    this.shown = new Progress(total, this.unit, { plain: this.plain });
  }

  advance(count: number): void {
    this.shown?.advance(count);
  }

  skip(count: number): void {
    this.shown?.skip(count);
  }

  end(): void {
    this.shown?.end();
  }
}
