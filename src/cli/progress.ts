import { SingleBar } from 'cli-progress';

export interface ProgressOptions {
  /** No bar: a line every few seconds, as where stderr is no terminal. */
  readonly plain?: boolean;
  /** Nothing at all where stderr is no terminal. */
  readonly quiet?: boolean;
}

/** Often enough to see that it goes on. */
const LINE_INTERVAL_MS = 3_000;

/** Shows on stderr how far a command is: a bar with rate and time left on a terminal, lines elsewhere. */
export class Progress {
  private readonly bar?: SingleBar;
  private readonly startedAt = performance.now();
  private saidAt = performance.now();
  private done = 0;
  /** Of those, not dealt with now: a rate does not count them. */
  private earlier = 0;

  /** @param unit what is counted, in the plural. */
  constructor(
    private readonly total: number,
    private readonly unit: string,
    private readonly options: ProgressOptions = {},
  ) {
    if (options.plain || !process.stderr.isTTY) return;
    const format = `{bar} {percentage} %  {value} of {total} ${unit}  {rate}  {left}`;
    this.bar = new SingleBar({ format, stream: process.stderr, hideCursor: true, clearOnComplete: true });
    this.bar.start(total, 0, this.shown());
  }

  advance(count = 1): void {
    this.done += count;
    this.bar?.update(this.done, this.shown());
    if (!this.bar) this.sayNowAndThen();
  }

  /** Counts what was dealt with before. */
  skip(count: number): void {
    this.earlier += count;
    this.advance(count);
  }

  end(): void {
    this.bar?.stop();
  }

  private sayNowAndThen(): void {
    if (this.options.quiet || performance.now() - this.saidAt < LINE_INTERVAL_MS) return;
    this.saidAt = performance.now();
    const { rate, left } = this.shown();
    const percentage = Math.floor((100 * this.done) / Math.max(1, this.total));
    process.stderr.write(
      `${percentage} %  ${number(this.done)} of ${number(this.total)} ${this.unit}  ${rate}  ${left}\n`,
    );
  }

  private shown(): { readonly rate: string; readonly left: string } {
    const seconds = (performance.now() - this.startedAt) / 1_000;
    const rate = (this.done - this.earlier) / Math.max(seconds, 0.001);
    const left = rate > 0 ? duration(Math.max(0, this.total - this.done) / rate) : '?';
    return { rate: `${number(Math.round(rate))}/s`, left: `${left} left` };
  }
}

/** As people say it: `48 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
