import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The file ends before what should be there. */
export class EndOfFileError extends Error {}

const CHUNK_BYTES = 64 * 1024;

/** Reads a file from its beginning, a chunk at a time; never writes. */
export class FileReader {
  /** Where the next byte is. */
  position = 0;
  readonly size: number;
  private readonly descriptor: number;
  private chunk: Buffer = Buffer.alloc(0);
  private chunkStart = 0;

  constructor(path: string) {
    this.descriptor = openSync(path, 'r');
    this.size = fstatSync(this.descriptor).size;
  }

  byte(): number {
    return this.take(1)[0]!;
  }

  /** The next bytes; valid until the next call. */
  take(length: number): Buffer {
    if (this.position + length > this.size) throw new EndOfFileError(`ends at byte ${this.size}`);
    let start = this.position - this.chunkStart;
    if (start < 0 || start + length > this.chunk.length) {
      this.chunk = this.read(
        this.position,
        Math.max(length, Math.min(CHUNK_BYTES, this.size - this.position)),
      );
      this.chunkStart = this.position;
      start = 0;
    }
    this.position += length;
    return this.chunk.subarray(start, start + length);
  }

  skip(length: number): void {
    this.position += length;
  }

  /** Bytes from anywhere, in a buffer of their own. */
  read(position: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    if (readSync(this.descriptor, bytes, 0, length, position) < length)
      throw new EndOfFileError(`ends at byte ${this.size}`);
    return bytes;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
