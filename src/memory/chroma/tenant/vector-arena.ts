import { asUnit, lengthOf } from '../../../embedding/unit-vector';
import { BackendUnavailableError } from '../../memory.errors';
import { OTHER_DIMENSION } from '../chroma-failure';
import { QuantizedRows } from './quantized-rows';

/** Of a block, unless one owner has more. 49 kB of 384 bytes each: compared in 0.01 ms. */
const BLOCK_ROWS = 128;
/** The first blocks are small: most users have few memories. */
const FIRST_ROWS = 8;

/** An owner's place, and its entry in the map of them (measured: 95 to 104, its rows' pointers included). */
const PLACE_BYTES = 95;
const POINTER_BYTES = 8;

/** Vectors side by side, as they were at a moment. */
export interface VectorBlock<T> {
  /** Row after row. */
  readonly numbers: Float32Array;
  /** The same rows, in fewer bytes. */
  readonly quantized: QuantizedRows;
  /** Whose each row is; undefined where it was removed. Rows of one owner stand together, in one block. */
  readonly owners: readonly (T | undefined)[];
}

/**
 * Vectors of length 1 and one dimension, in a few large pieces of memory: comparing with all of them then reads memory
 * from one end to the other, which takes a third of the time that as many separate arrays take (measured in the service,
 * where other work has emptied the processor's caches meanwhile).
 *
 * A row is written once. What is removed leaves a hole; a block with more holes than vectors is moved to others and
 * given up. So whoever reads slowly keeps the moment at which it began, and at most half of the rows are holes.
 */
export class VectorArena<T> {
  /** Of every vector; undefined as long as there was none. */
  dimension: number | undefined;
  /** The last is being filled. */
  private blocks: Block<T>[] = [];
  private readonly places = new Map<T, Place<T>>();
  /** Of owners that had vectors of length 0: which of those given each row is. */
  private readonly numbers = new Map<T, readonly number[]>();

  /** About what it takes. */
  get bytes(): number {
    const numbers = this.blocks.reduce(
      (sum, block) => sum + block.numbers.byteLength + block.quantized.byteLength,
      0,
    );
    return numbers + this.rows * POINTER_BYTES + this.places.size * PLACE_BYTES;
  }

  /** In use or not. */
  get rows(): number {
    return this.blocks.reduce((sum, { owners }) => sum + owners.length, 0);
  }

  /** Everything, as it is now. */
  moment(): VectorBlock<T>[] {
    return this.blocks.map(({ numbers, quantized, owners }) => ({
      numbers,
      quantized,
      owners: owners.slice(),
    }));
  }

  /**
   * Takes copies of an owner's vectors, scaled to length 1; those of length 0 have no direction and are left out.
   *
   * @throws BackendUnavailableError when they are of another dimension than the others.
   */
  add(owner: T, vectors: readonly Float32Array[]): void {
    const directed = vectors.filter((vector) => lengthOf(vector) > 0);
    if (directed.length === 0) return;
    const dimension = (this.dimension ??= directed[0]!.length);
    if (directed.some(({ length }) => length !== dimension))
      throw new BackendUnavailableError(OTHER_DIMENSION);
    const { block, first } = this.reserve(owner, directed.length);
    if (directed.length < vectors.length)
      this.numbers.set(
        owner,
        vectors.flatMap((vector, number) => (lengthOf(vector) > 0 ? [number] : [])),
      );
    directed.forEach((vector, i) => this.write(block, first + i, asUnit(vector)));
  }

  /** An owner's rows, and where they are; undefined of one that has none. */
  rowsOf(
    owner: T,
  ): { readonly numbers: Float32Array; readonly first: number; readonly count: number } | undefined {
    const place = this.places.get(owner);
    return place && { numbers: place.block.numbers, first: place.first, count: place.count };
  }

  /** Which of the vectors given an owner's row is, both counted from 0. */
  numberOf(owner: T, row: number): number {
    return this.numbers.get(owner)?.[row] ?? row;
  }

  /** Gives the vectors of one owner to another that has none. */
  handOver(owner: T, heir: T): void {
    const place = this.places.get(owner);
    if (!place) return;
    this.places.delete(owner);
    this.places.set(heir, place);
    const numbers = this.numbers.get(owner);
    if (numbers) this.numbers.set(heir, numbers);
    this.numbers.delete(owner);
    place.block.owners.fill(heir, place.first, place.first + place.count);
  }

  remove(owner: T): void {
    const place = this.places.get(owner);
    if (!place) return;
    const { block, first, count } = place;
    this.places.delete(owner);
    this.numbers.delete(owner);
    block.owners.fill(undefined, first, first + count);
    block.used -= count;
    if (2 * block.used < block.owners.length) this.giveUp(block);
  }

  private giveUp(block: Block<T>): void {
    this.blocks = this.blocks.filter((other) => other !== block);
    for (const owner of new Set(block.owners)) {
      if (owner === undefined) continue;
      const { first, count } = this.places.get(owner)!;
      const moved = this.reserve(owner, count);
      for (let i = 0; i < count; i++) {
        const from = (first + i) * this.dimension!;
        this.write(moved.block, moved.first + i, block.numbers.subarray(from, from + this.dimension!));
      }
    }
  }

  private write({ numbers, quantized }: Block<T>, row: number, vector: Float32Array): void {
    numbers.set(vector, row * this.dimension!);
    quantized.set(row, vector);
  }

  /** Rows that nobody has written to yet. */
  private reserve(owner: T, count: number): Place<T> {
    const block = this.blockFor(count);
    const place = { block, first: block.owners.length, count };
    for (let i = 0; i < count; i++) block.owners.push(owner);
    block.used += count;
    this.places.set(owner, place);
    return place;
  }

  private blockFor(count: number): Block<T> {
    const last = this.blocks.at(-1);
    if (last && last.owners.length + count <= last.capacity) return last;
    const capacity = Math.max(count, Math.min(BLOCK_ROWS, Math.max(FIRST_ROWS, this.rows)));
    const block = {
      numbers: new Float32Array(capacity * this.dimension!),
      quantized: new QuantizedRows(capacity, this.dimension!),
      owners: [],
      used: 0,
      capacity,
    };
    this.blocks.push(block);
    return block;
  }
}

interface Block<T> {
  readonly numbers: Float32Array;
  readonly quantized: QuantizedRows;
  readonly owners: (T | undefined)[];
  readonly capacity: number;
  /** Rows that have an owner. */
  used: number;
}

interface Place<T> {
  readonly block: Block<T>;
  readonly first: number;
  readonly count: number;
}
