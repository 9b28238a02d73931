/** Rounding on the way leaves lengths this near 1; only vectors of others' making are further off. */
const UNIT_TOLERANCE = 1e-4;

/** A vector of length 1 with the direction of this one: itself, unless its length is another. A zero vector stays. */
export function asUnit(vector: Float32Array): Float32Array {
  return isUnit(vector) ? vector : normalise(vector.slice());
}

/** Whether it is of length 1, which no vector without a direction is: zero, or with a NaN. */
export function isUnit(vector: Float32Array): boolean {
  return Math.abs(lengthOf(vector) - 1) < UNIT_TOLERANCE;
}

/** Scales the vector to length 1, in place, and returns it. A zero vector stays. */
export function normalise(vector: Float32Array): Float32Array {
  const length = lengthOf(vector);
  if (length > 0) for (let index = 0; index < vector.length; index++) vector[index]! /= length;
  return vector;
}

/** The vector of length 1 in the direction of the vectors' mean. */
export function unitMeanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) vector.forEach((value, index) => (sum[index]! += value));
  return normalise(sum);
}

export function lengthOf(vector: Float32Array): number {
  return Math.sqrt(dot(vector, vector));
}

/** Of unit vectors: their cosine, in double precision. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  // Four sums side by side: a processor adds to one while it waits for the others (a third of the time).
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  let index = 0;
  for (; index + 3 < a.length; index += 4) {
    first += a[index]! * b[index]!;
    second += a[index + 1]! * b[index + 1]!;
    third += a[index + 2]! * b[index + 2]!;
    fourth += a[index + 3]! * b[index + 3]!;
  }
  for (; index < a.length; index++) first += a[index]! * b[index]!;
  return first + second + (third + fourth);
}
