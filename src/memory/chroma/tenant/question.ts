import { DotProducts } from './dot-products';
import { VectorBlock } from './vector-arena';

/** The vector of a question, ready to be compared with many. It remembers what it has been compared with. */
export class Question {
  private readonly dotProducts: DotProducts;
  /** With the rows that a block had, the block known by its numbers. */
  private readonly compared = new Map<Float32Array, Float64Array>();

  /** @param vector of length 1. */
  constructor(private readonly vector: Float32Array) {
    this.dotProducts = DotProducts.of(vector.length);
  }

  /**
   * Visits the owners of a block with the cosine similarity, in [-1, 1], to the best of their vectors.
   *
   * @param block of the question's dimension.
   */
  compare<T>(block: VectorBlock<T>, visit: (owner: T, similarity: number) => void): void {
    const { owners } = block;
    const similarities = this.withBlock(block);
    for (let row = 0; row < owners.length;) {
      const owner = owners[row];
      let best = similarities[row]!;
      while (++row < owners.length && owners[row] === owner) best = Math.max(best, similarities[row]!);
      if (owner !== undefined) visit(owner, best);
    }
  }

  /**
   * The same row by row.
   *
   * @param visit is given the row's number among its owner's.
   */
  compareRows<T>(block: VectorBlock<T>, visit: (owner: T, row: number, similarity: number) => void): void {
    const { owners } = block;
    const similarities = this.withBlock(block);
    let first = 0;
    owners.forEach((owner, row) => {
      if (owner !== owners[first]) first = row;
      if (owner !== undefined) visit(owner, row - first, similarities[row]!);
    });
  }

  /** The cosine similarities, in [-1, 1], to rows of a block that follow each other. */
  similarities(numbers: Float32Array, first: number, count: number): Float64Array {
    const known = this.compared.get(numbers);
    // Rows are written once, so that a block is still what it was, as far as it went.
    if (known && first + count <= known.length) return known.subarray(first, first + count);
    return this.compute(numbers, first, count);
  }

  private withBlock({ numbers, owners }: VectorBlock<unknown>): Float64Array {
    const similarities = this.compute(numbers, 0, owners.length);
    this.compared.set(numbers, similarities);
    return similarities;
  }

  private compute(numbers: Float32Array, first: number, count: number): Float64Array {
    const products = this.dotProducts.withRows(this.vector, numbers, first, count);
    // Rounding can put the product of two unit vectors a little outside.
    for (let i = 0; i < count; i++) products[i] = Math.max(-1, Math.min(1, products[i]!));
    return products;
  }
}
