import { EndOfFileError } from './file-reader';
import { VectorPlace } from './chroma-record';
import { bytesOf, SqliteSource, SqliteStatement, textOf } from './sqlite-source';
import { VectorPlaces } from './vector-places';

const BYTES_PER_NUMBER = 4;

/** Reads vectors from where `findVectorPlaces` found them. */
export class VectorReader {
  private readonly queue: SqliteStatement;

  constructor(
    source: SqliteSource,
    private readonly places: VectorPlaces,
  ) {
    this.queue = source.prepare(
      'SELECT CAST(vector AS BLOB), CAST(encoding AS BLOB) FROM embeddings_queue WHERE seq_id = ?',
    );
  }

  /** @returns the vector, or why there is none. */
  read({ element, queueRow }: VectorPlace): Float32Array | string {
    if (queueRow !== null) return this.fromQueue(queueRow);
    if (element !== null && this.places.index) return fromIndex(() => this.places.index!.vectorAt(element));
    return this.places.damage === undefined ? 'no vector' : `no vector: ${this.places.damage}`;
  }

  private fromQueue(queueRow: number): Float32Array | string {
    const [row] = this.queue.rows(queueRow);
    const { buffer, byteOffset, length } = bytesOf(row?.[0]);
    if (length === 0 || length % BYTES_PER_NUMBER !== 0)
      return `no vector: row ${queueRow} of the queue is damaged`;
    // A copy: the numbers must begin at a multiple of 4 bytes.
    const numbers = buffer.slice(byteOffset, byteOffset + length);
    return textOf(row?.[1]) === 'INT32'
      ? Float32Array.from(new Int32Array(numbers))
      : new Float32Array(numbers);
  }
}

function fromIndex(read: () => Float32Array): Float32Array | string {
  try {
    return read();
  } catch (error) {
    if (error instanceof EndOfFileError) return `no vector: data_level0.bin ${error.message}`;
    throw error;
  }
}
