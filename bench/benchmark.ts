import type { Axis } from './plot';

/** One thing measured beside its limit. Run by `run.ts`, named as its file is. */
export interface Benchmark {
  readonly about: string;
  run(options: BenchmarkOptions): Promise<readonly Row[]>;
  /** What becomes of it without some of its parts: with `--ablate` measured after it, as `<name>-ablations`. */
  readonly ablations?: Benchmark;
  /** What is drawn of the rows that are points of a curve, into `docs/performance/`. */
  readonly plots?: readonly PlotOfRows[];
}

export interface PlotOfRows {
  /** Without directory and ending. */
  readonly file: string;
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Only the rows of this unit. */
  readonly unit?: string;
}

export interface BenchmarkOptions {
  /** LoCoMo's JSON; benchmarks that can do without it use other text if there is no such file. */
  readonly locomo: string;
  /** A running service to measure instead of one that is started for it. */
  readonly url?: string;
  /**
   * A PostgreSQL database to use, as its superuser, instead of a server that is started for it. What the benchmarks put
   * there stays, and is used again by the next run.
   */
  readonly database?: string;
  /** How far a benchmark that grows something goes: memories, users or requests, as it says. */
  readonly most?: number;
}

export interface Row {
  readonly what: string;
  readonly unit: string;
  /** Several figures have names, the same in each row of a benchmark. */
  readonly measured: number | Readonly<Record<string, number>>;
  /** What the same machine could do at best, measured in the same run. */
  readonly limit?: number;
  readonly goal: string;
  /** Where it lies, if it is one of a curve's points. */
  readonly point?: { readonly curve: string; readonly x: number };
}
