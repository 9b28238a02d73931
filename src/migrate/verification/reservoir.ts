/** A sample of items of which nobody knows how many there will be: each is in it with the same probability. */
export class Reservoir<T> {
  readonly items: T[] = [];
  private seen = 0;

  /** @param random from 0 to below 1. */
  constructor(
    private readonly size: number,
    private readonly random: () => number,
  ) {}

  /** @param make called if the item is taken. */
  offer(make: () => T): void {
    const place = Math.floor(this.random() * ++this.seen);
    if (this.items.length < this.size) this.items.push(make());
    else if (place < this.size) this.items[place] = make();
  }
}
