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

  // Of millions of bytes and short texts each has no buffer of its own: reading takes half the time.

  byte(): number {
    const start = this.advance(1);
    return this.chunk[start]!;
  }

  /** The next four bytes as a number, little-endian. */
  int32(): number {
    const start = this.advance(4);
    return this.chunk.readInt32LE(start);
  }

  /** The next bytes as UTF-8. */
  text(length: number): string {
    const start = this.advance(length);
    return this.chunk.toString('utf8', start, start + length);
  }

  /** The next bytes; valid until the next call. */
  take(length: number): Buffer {
    const start = this.advance(length);
    return this.chunk.subarray(start, start + length);
  }

  skip(length: number): void {
    this.position += length;
  }

  /** Goes on by so many bytes. @returns where in the chunk they begin. */
  private advance(length: number): number {
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
    return start;
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
