import { dot, lengthOf } from '../../../embedding/unit-vector';
import { ByteProducts } from './byte-products';
import { quantize } from './quantized-rows';
import { VectorBlock } from './vector-arena';

/** More than what rounding, to 32 bits and of sums, can add to a similarity. */
const ROUNDING = 1e-6;

/**
 * The vector of a question, ready to be compared with many.
 *
 * Of most it is enough to know that they cannot be near enough, which their bytes tell in a third of the time: with the
 * question q = q' + f and a vector r = r' + e, of which q' and r' are quantized, q·r = q'·r' + f·r' + q·e, and by
 * Cauchy and Schwarz f·r' ≤ |f| (|r| + |e|) and q·e ≤ |q| |e|.
 */
export class Question {
  private readonly products: ByteProducts;
  private readonly quantized: Int16Array;
  private readonly step: number;
  /** |f| */
  private readonly error: number;
  /** |q| + |f|: what a unit of a vector's error can add. */
  private readonly perError: number;

  /** @param vector of length 1. */
  constructor(private readonly vector: Float32Array) {
    this.products = ByteProducts.of(vector.length);
    this.quantized = new Int16Array(vector.length);
    const { step, error } = quantize(vector, this.quantized, this.products.largest);
    this.step = step;
    this.error = error;
    this.perError = lengthOf(vector) + error;
  }

  /**
   * Visits the owners of a block, by the rows of each.
   *
   * @param block of the question's dimension.
   * @param visit is given what the cosine similarity to none of the rows exceeds (by about 0.01 on average for vectors of a language
   *   model), the first row in the block, and how many there are.
   */
  compare<T>(
    block: VectorBlock<T>,
    visit: (owner: T, atMost: number, first: number, count: number) => void,
  ): void {
    const { owners, quantized } = block;
    const { steps, errors } = quantized;
    const products = this.products.withRows(this.quantized, quantized.bytes, owners.length);
    const { step, error, perError } = this;
    for (let row = 0; row < owners.length;) {
      const first = row;
      const owner = owners[first];
      let atMost = -1;
      do {
        const nearest = products[row]! * steps[row]! * step + errors[row]! * perError;
        atMost = Math.max(atMost, nearest + error + ROUNDING);
      } while (++row < owners.length && owners[row] === owner);
      if (owner !== undefined) visit(owner, atMost, first, row - first);
    }
  }

  /**
   * @param numbers row after row.
   * @param row from 0.
   * @returns the cosine similarity to a row, in [-1, 1], in double precision.
   */
  similarity(numbers: Float32Array, row: number): number {
    const { length } = this.vector;
    const product = dot(this.vector, numbers.subarray(row * length, (row + 1) * length));
    // Rounding can put the product of two unit vectors a little outside.
    return Math.max(-1, Math.min(1, product));
  }
}
