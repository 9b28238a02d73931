import type { SearchStrategy } from './memory';

/** Injects the `MemoryObserver`, if there is one. */
export const MEMORY_OBSERVER = Symbol('MEMORY_OBSERVER');

/** Is told what is done with memories as it happens, for metrics. Must return at once and not throw. */
export interface MemoryObserver {
  /** A search was answered; `seconds` from question to answer, embedding included. */
  searched(report: {
    readonly strategy: SearchStrategy;
    readonly exhaustive: boolean;
    readonly seconds: number;
  }): void;
}
