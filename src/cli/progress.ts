import { SingleBar } from 'cli-progress';

/** A bar on stderr that shows how far a command is; nothing where stderr is no terminal. */
export class Progress {
  private readonly bar: SingleBar;

  /** @param unit what is counted, in the plural. */
  constructor(total: number, unit: string) {
    const format = `{bar} {percentage} %  {value} of {total} ${unit}  {eta_formatted} left`;
    this.bar = new SingleBar({ format, stream: process.stderr, hideCursor: true, clearOnComplete: true });
    this.bar.start(total, 0);
  }

  advance(): void {
    this.bar.increment();
  }

  end(): void {
    this.bar.stop();
  }
}
