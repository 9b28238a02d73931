import { EndOfFileError } from './file-reader';
import { VectorPlace } from './chroma-record';
import { bytesOf, SqliteRow, SqliteSource, SqliteStatement, textOf } from './sqlite-source';
import { VectorPlaces } from './vector-places';

const BYTES_PER_NUMBER = 4;

/** Reads vectors from where `findVectorPlaces` found them. */
export class VectorReader {
  private readonly queue: SqliteStatement;
  private readonly queuePage: SqliteStatement;
  /** Rows of the queue by number, of the records between two positions. */
  private page = new Map<number, SqliteRow>();

  constructor(
    source: SqliteSource,
    private readonly places: VectorPlaces,
  ) {
    const columns = 'CAST(q.vector AS BLOB), CAST(q.encoding AS BLOB)';
    this.queue = source.prepare(`SELECT ${columns} FROM embeddings_queue q WHERE q.seq_id = ?`);
    this.queuePage = source.prepare(
      `SELECT ${columns}, +q.seq_id FROM ${places.table} p CROSS JOIN embeddings_queue q ON q.seq_id = p.queue_row
       WHERE p.record BETWEEN ? AND ?`,
    );
  }

  /** Reads what the queue has of some records at once: one by one takes four times as long. */
  turnTo(first: number, last: number): void {
    this.page = new Map(this.queuePage.rows(first, last).map((row) => [row[2] as number, row]));
  }

  /** @returns the vector, or why there is none. */
  read({ element, queueRow }: VectorPlace): Float32Array | string {
    if (queueRow !== null) return this.fromQueue(queueRow);
    if (element !== null && this.places.index) return fromIndex(() => this.places.index!.vectorAt(element));
    return this.places.damage === undefined ? 'no vector' : `no vector: ${this.places.damage}`;
  }

  private fromQueue(queueRow: number): Float32Array | string {
    const row = this.page.get(queueRow) ?? this.queue.rows(queueRow)[0];
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
