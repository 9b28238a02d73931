import { TenantEntry } from './tenant-entry';

export interface Candidate {
  readonly entry: TenantEntry;
  /** Of the question and the memory's best chunk, in [-1, 1]. */
  readonly similarity: number;
}

/** Keeps the best of what it is offered: by falling similarity, equal ones by rising id. */
export class BestCandidates {
  private readonly sorted: Candidate[] = [];
  private leastTaken: number;

  constructor(
    private readonly limit: number,
    minSimilarity = -1,
  ) {
    this.leastTaken = minSimilarity;
  }

  /** The similarity that the next one must reach. */
  get least(): number {
    return this.leastTaken;
  }

  offer(entry: TenantEntry, similarity: number): void {
    if (similarity < this.leastTaken) return;
    const candidate = { entry, similarity };
    this.sorted.splice(this.placeOf(candidate), 0, candidate);
    if (this.sorted.length > this.limit) this.sorted.pop();
    if (this.sorted.length === this.limit) this.leastTaken = this.sorted.at(-1)!.similarity;
  }

  /** Best first. */
  result(): readonly Candidate[] {
    return this.sorted;
  }

  private placeOf(candidate: Candidate): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (byNearness(this.sorted[middle]!, candidate) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function byNearness(a: Candidate, b: Candidate): number {
  return b.similarity - a.similarity || (a.entry.header.id < b.entry.header.id ? -1 : 1);
}
