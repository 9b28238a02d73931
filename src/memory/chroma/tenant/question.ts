import { dot, lengthOf } from '../../../embedding/unit-vector';
import { ByteProducts, MOST_ROWS } from './byte-products';
import { quantize } from './quantized-rows';
import { visitInSlices } from '../../../common/time-slices';
import { BackendUnavailableError } from '../../memory.errors';
import { OTHER_DIMENSION } from '../chroma-failure';
import { VectorArena, VectorBlock } from './vector-arena';

/** Comparing with a block takes 0.01 ms. */
const BLOCKS_BETWEEN_LOOKS = 16;

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
   * Compares with everything in an arena as it is now, without blocking the event loop: `compare` of each block.
   *
   * @throws BackendUnavailableError when its vectors are of another dimension.
   */
  async compareAll<T>(
    arena: VectorArena<T>,
    least: () => number,
    visit: (owner: T, numbers: Float32Array, first: number, count: number) => void,
  ): Promise<void> {
    if (arena.dimension !== undefined && arena.dimension !== this.vector.length)
      throw new BackendUnavailableError(OTHER_DIMENSION);
    await visitInSlices(
      arena.moment(),
      (block) =>
        this.compare(block, least, (owner, first, count) => visit(owner, block.numbers, first, count)),
      BLOCKS_BETWEEN_LOOKS,
    );
  }

  /**
   * Visits the owners in a block that may be near enough, in order: every one with a row whose cosine similarity reaches
   * `least`, and a few more (for vectors of a language model those within about 0.01 of it).
   *
   * @param block of the question's dimension.
   * @param least asked for again after each visit.
   * @param visit is given the owner's first row in the block, and how many it has.
   */
  compare<T>(
    block: VectorBlock<T>,
    least: () => number,
    visit: (owner: T, first: number, count: number) => void,
  ): void {
    const { owners, quantized } = block;
    const { bytes, steps, errors } = quantized;
    const { step, error, perError } = this;
    let wanted = least() - error - ROUNDING;
    for (let row = 0; row < owners.length;) {
      const from = row;
      const to = Math.min(from + MOST_ROWS, owners.length);
      const products = this.products.withRows(this.quantized, bytes, from, to - from);
      for (; row < to; row++) {
        // Nothing else is looked at for a row that is far: its owner is elsewhere in memory, and would have to be fetched.
        if (products[row - from]! * steps[row]! * step + errors[row]! * perError < wanted) continue;
        const owner = owners[row];
        if (owner === undefined) continue;
        let first = row;
        while (first > 0 && owners[first - 1] === owner) first--;
        while (row + 1 < owners.length && owners[row + 1] === owner) row++;
        visit(owner, first, row + 1 - first);
        wanted = least() - error - ROUNDING;
      }
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
