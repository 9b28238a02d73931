import { Memory } from '../../memory';

/** A memory as it goes from one store to another: with the vector that it had there. */
export interface CarriedMemory {
  readonly memory: Memory;
  readonly vector: Float32Array;
}

/**
 * ChromaDB normalises what it puts into a cosine index, which rounds each component of a vector that was of length 1
 * already by some 1e-7.
 */
const TOLERANCE = 1e-5;

/** Whether two are the same in everything that can be read of them. */
export function isSameMemory(a: CarriedMemory, b: CarriedMemory | undefined): boolean {
  return (
    b !== undefined && canonical(a.memory) === canonical(b.memory) && haveSameDirection(a.vector, b.vector)
  );
}

/** All of a memory as text: equal memories have equal ones. */
export function canonical(memory: Memory): string {
  const { metadata, ...fields } = memory;
  return JSON.stringify([Object.entries(fields).sort(byKey), Object.entries(metadata).sort(byKey)]);
}

export function isZero(vector: Float32Array): boolean {
  return vector.every((component) => component === 0);
}

function haveSameDirection(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  // Of a zero vector everything stays zero.
  const [lengthOfA, lengthOfB] = [Math.hypot(...a) || 1, Math.hypot(...b) || 1];
  return a.every((component, i) => Math.abs(component / lengthOfA - b[i]! / lengthOfB) < TOLERANCE);
}

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}
