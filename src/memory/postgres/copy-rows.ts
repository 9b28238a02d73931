import type { JsonValue } from '../memory';
import type { ChunkWords } from '../../words/word-analysis';
import { mostLexemesBytes, writeLexemes } from './lexemes';
import { halfVectorBytes, writeHalfVector } from './search/half-precision';

/** One vector of a memory. */
export interface ChunkVector {
  readonly memoryId: string;
  readonly chunk: number;
  readonly vector: Float32Array;
  /** Undefined where nobody has looked at the text yet. */
  readonly words?: ChunkWords;
}

/** As many characters of rows, or bytes of vectors, are sent at once: each piece costs as much as some thousand of them. */
const PIECE = 64 * 1024;

/** Rows in the text format of COPY, column by column in the order of the values. */
export function* textRows(rows: Iterable<Record<string, JsonValue>>): Generator<Buffer> {
  let piece = '';
  for (const row of rows) {
    piece += textRow(row);
    if (piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  if (piece !== '') yield Buffer.from(piece);
}

/** Rows of `(memory_id uuid, chunk smallint, embedding halfvec, lexemes tsvector)` in the binary format of COPY. */
export function* vectorRows(vectors: Iterable<ChunkVector>): Generator<Buffer> {
  yield BINARY_HEADER;
  let piece: ChunkVector[] = [];
  let bytes = 0;
  for (const vector of vectors) {
    piece.push(vector);
    bytes += mostRowBytes(vector);
    if (bytes < PIECE) continue;
    yield binaryRows(piece, bytes);
    [piece, bytes] = [[], 0];
  }
  yield binaryRows(piece, bytes);
  yield BINARY_TRAILER;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function textRow(row: Record<string, JsonValue>): string {
  let text = '';
  for (const column in row) text += `${textField(row[column]!)}\t`;
  return `${text.slice(0, -1)}\n`;
}

function textField(value: JsonValue): string {
  if (value === null) return '\\N';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!);
}

/** Signature, flags, and the length of an extension that there is not. */
const BINARY_HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);

/** A row of -1 columns. */
const BINARY_TRAILER = Buffer.from([0xff, 0xff]);

/** Columns, and what stands before each value and each row: a length of four bytes, a count of two. */
const COLUMNS = 4;
/** The length of a value that is null. */
const NULL = -1;
const COUNT_BYTES = 2;
const LENGTH_BYTES = 4;
const UUID_BYTES = 16;
const CHUNK_BYTES = 2;

/** In one buffer: one for each value would take three times as long. */
function binaryRows(vectors: readonly ChunkVector[], mostBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(mostBytes);
  let position = 0;
  for (const row of vectors) position = writeRow(row, buffer, position);
  return buffer.subarray(0, position);
}

function mostRowBytes({ vector, words }: ChunkVector): number {
  const values = UUID_BYTES + CHUNK_BYTES + halfVectorBytes(vector) + (words ? mostLexemesBytes(words) : 0);
  return COUNT_BYTES + COLUMNS * LENGTH_BYTES + values;
}

/** @returns where the next row begins. */
function writeRow({ memoryId, chunk, vector, words }: ChunkVector, buffer: Buffer, start: number): number {
  let position = buffer.writeInt16BE(COLUMNS, start);
  position = buffer.writeInt32BE(UUID_BYTES, position);
  position += buffer.write(memoryId.replaceAll('-', ''), position, 'hex');
  position = buffer.writeInt32BE(CHUNK_BYTES, position);
  position = buffer.writeInt16BE(chunk, position);
  position = buffer.writeInt32BE(halfVectorBytes(vector), position);
  position = writeHalfVector(vector, buffer, position);
  if (!words) return buffer.writeInt32BE(NULL, position);
  const end = writeLexemes(words, buffer, position + LENGTH_BYTES);
  buffer.writeInt32BE(end - position - LENGTH_BYTES, position);
  return end;
}
