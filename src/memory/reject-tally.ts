/** Records of a source that are not taken, all for the same reason. */
export interface Rejects {
  readonly reason: string;
  readonly count: number;
  /** The id of the first of them. */
  readonly example: string;
}

/** Counts records that are not taken, by reason. */
export class RejectTally {
  private readonly byReason = new Map<string, Rejects>();

  constructor(earlier: readonly Rejects[] = []) {
    for (const rejects of earlier) this.byReason.set(rejects.reason, rejects);
  }

  add(reason: string, recordId: string): void {
    const { count = 0, example = recordId } = this.byReason.get(reason) ?? {};
    this.byReason.set(reason, { reason, count: count + 1, example });
  }

  /** The most frequent reason first. */
  get rejects(): Rejects[] {
    return [...this.byReason.values()].sort((a, b) => b.count - a.count);
  }
}
