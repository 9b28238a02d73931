/** How far it is, for people. */
export interface MigrationProgress {
  /** @param total of what is counted. */
  start(total: number): void;
  advance(count: number): void;
  /** What was dealt with before this call. */
  skip(count: number): void;
  end(): void;
}
