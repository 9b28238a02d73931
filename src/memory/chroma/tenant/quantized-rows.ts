/** The largest byte, of either sign. */
const LARGEST = 127;

/** What an error may be too small by when it is rounded to 32 bits, and much more. */
const ROUNDED_UP = 1 + 1e-6;

/**
 * Vectors in a quarter of their memory, one byte a number: row `r` is about `steps[r]` times its bytes (symmetric scalar
 * quantization), and the difference is a vector whose length is at most `errors[r]`.
 */
export class QuantizedRows {
  /** Row after row, within ±127. */
  readonly bytes: Int8Array;
  readonly steps: Float32Array;
  readonly errors: Float32Array;

  constructor(
    capacity: number,
    private readonly dimension: number,
  ) {
    this.bytes = new Int8Array(capacity * dimension);
    this.steps = new Float32Array(capacity);
    this.errors = new Float32Array(capacity);
  }

  get byteLength(): number {
    return this.bytes.byteLength + this.steps.byteLength + this.errors.byteLength;
  }

  /** @param vector of the dimension. */
  set(row: number, vector: Float32Array): void {
    const bytes = this.bytes.subarray(row * this.dimension, (row + 1) * this.dimension);
    const { step, error } = quantize(vector, bytes, LARGEST);
    this.steps[row] = step;
    this.errors[row] = error * ROUNDED_UP;
  }
}

/**
 * Writes a vector as whole numbers times `step`.
 *
 * @param into as many numbers as the vector has.
 * @param largest of them, of either sign.
 * @returns the step, a 32-bit number, and the length of the difference.
 */
export function quantize(
  vector: Float32Array,
  into: Int8Array | Int16Array,
  largest: number,
): { readonly step: number; readonly error: number } {
  let most = 0;
  for (const number of vector) most = Math.max(most, Math.abs(number));
  // The step as it is kept, so that the error is that of what is kept. A vector of zeros has none to divide by.
  const step = Math.fround(most / largest) || 1;
  let squares = 0;
  for (let i = 0; i < vector.length; i++) {
    const whole = Math.max(-largest, Math.min(largest, Math.round(vector[i]! / step)));
    into[i] = whole;
    squares += (vector[i]! - whole * step) ** 2;
  }
  return { step, error: Math.sqrt(squares) };
}
