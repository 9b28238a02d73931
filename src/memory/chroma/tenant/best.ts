/** Keeps the best of what it is offered. */
export class Best<T> {
  private readonly sorted: T[] = [];
  private leastTaken: number;

  /**
   * @param compare negative where the first of two is better: the one of higher value, and by whatever else among equals.
   * @param least the value below which nothing is taken.
   */
  constructor(
    private readonly limit: number,
    private readonly compare: (a: T, b: T) => number,
    private readonly valueOf: (item: T) => number,
    least = -Infinity,
  ) {
    this.leastTaken = least;
  }

  /** The value that the next one must reach. */
  get least(): number {
    return this.leastTaken;
  }

  offer(item: T): void {
    if (this.valueOf(item) < this.leastTaken) return;
    this.sorted.splice(this.placeOf(item), 0, item);
    if (this.sorted.length > this.limit) this.sorted.pop();
    if (this.sorted.length === this.limit) this.leastTaken = this.valueOf(this.sorted.at(-1)!);
  }

  /** Best first. */
  result(): readonly T[] {
    return this.sorted;
  }

  private placeOf(item: T): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(this.sorted[middle]!, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
