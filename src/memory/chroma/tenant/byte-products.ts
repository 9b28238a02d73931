/** byte-products.wat, assembled (its test says how it reads when that changes). */
export const BYTE_PRODUCTS_WASM =
  'AGFzbQEAAAABCQFgBX9/f39/AAMCAQAFAwEAAQcYAgZtZW1vcnkCAAtkb3RQcm9kdWN0cwAACsYBAcMBAgN/A3sgBCEFA0AgASACaiEG' +
  'IAAhB/0MAAAAAAAAAAAAAAAAAAAAACEJ/QwAAAAAAAAAAAAAAAAAAAAAIQoDQCAB/QAEACEIIAkgB/0ABAAgCP2HAf26Af2uASEJIAog' +
  'B/0ABBAgCP2IAf26Af2uASEKIAFBEGohASAHQSBqIQcgByAFSQ0ACyAJIAr9rgEhCSAEIAn9GwAgCf0bAWogCf0bAiAJ/RsDamo2AgAg' +
  'BEEEaiEEIAYhASADQQFrIgMNAAsL';

/** Rows at a time: 128 of 384 bytes, 49 kB, stay in the processor's nearest caches. */
export const MOST_ROWS = 128;
/** Of the instructions' innermost loop. */
const NUMBERS_PER_TURN = 16;
const WASM_PAGE_BYTES = 65_536;

const LARGEST_BYTE = 127;
const LARGEST_SHORT = 32_767;
const LARGEST_PRODUCT = 2 ** 31 - 1;

/** What is used of it here: TypeScript knows it of browsers only. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: unknown };
};

interface Instructions {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): void };
  dotProducts(question: number, row: number, stride: number, count: number, product: number): void;
}

let compiled: object | undefined;
const ofDimension = new Map<number, ByteProducts>();

/**
 * Dot products of a question in 16 bits with many rows of bytes. JavaScript multiplies one pair of numbers at a time;
 * these are instructions for eight, although the rows are copied to where they can reach them.
 */
export class ByteProducts {
  /** The largest number of a question, of either sign, with which no product can overflow. */
  readonly largest: number;

  private readonly instructions: Instructions;
  private readonly question: Int16Array;
  private readonly products: Int32Array;
  private readonly rows: Int8Array;

  /** One for all vectors of a dimension: it has memory of its own. */
  static of(dimension: number): ByteProducts {
    const known = ofDimension.get(dimension) ?? new ByteProducts(dimension);
    ofDimension.set(dimension, known);
    return known;
  }

  private constructor(private readonly dimension: number) {
    this.largest = Math.min(LARGEST_SHORT, Math.floor(LARGEST_PRODUCT / (LARGEST_BYTE * dimension)));
    compiled ??= new WebAssembly.Module(Buffer.from(BYTE_PRODUCTS_WASM, 'base64'));
    this.instructions = new WebAssembly.Instance(compiled).exports as Instructions;
    const { memory } = this.instructions;
    const padded = Math.ceil(dimension / NUMBERS_PER_TURN) * NUMBERS_PER_TURN;
    const products = padded * Int16Array.BYTES_PER_ELEMENT;
    const rows = products + MOST_ROWS * Int32Array.BYTES_PER_ELEMENT;
    // The last row too is read to a multiple of what one turn takes.
    memory.grow(Math.ceil((rows + MOST_ROWS * dimension + NUMBERS_PER_TURN) / WASM_PAGE_BYTES));
    this.question = new Int16Array(memory.buffer, 0, padded);
    this.products = new Int32Array(memory.buffer, products, MOST_ROWS);
    this.rows = new Int8Array(memory.buffer, rows, MOST_ROWS * dimension);
  }

  /**
   * @param question of the dimension, within ±`largest`.
   * @param rows row after row, within ±127.
   * @param first of the rows that are wanted.
   * @param count at most `MOST_ROWS`.
   * @returns one product for each of them, until the next call: no memory is taken for it.
   */
  withRows(question: Int16Array, rows: Int8Array, first: number, count: number): Int32Array {
    const { dimension, products, instructions } = this;
    if (count === 0) return products;
    this.question.set(question);
    this.rows.set(rows.subarray(first * dimension, (first + count) * dimension));
    instructions.dotProducts(0, this.rows.byteOffset, dimension, count, products.byteOffset);
    return products;
  }
}
