import { CHUNK_OVERLAP, CHUNK_TOKENS } from './chunk-windows';

/**
 * UTF-8 bytes of a token where the tokenizer is out of reach: about 4.5 in English, 3 in Chinese. The lower one, so
 * that a chunk never has many more tokens than it may.
 */
const TOKEN_BYTES = 3;

const CHUNK_BYTES = CHUNK_TOKENS * TOKEN_BYTES;
const OVERLAP_BYTES = CHUNK_OVERLAP * TOKEN_BYTES;

/** How many tokens a text has at most, roughly. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / TOKEN_BYTES);
}

/**
 * What `chunkWindows` does, without tokens: pieces of at most 762 bytes of UTF-8, each beginning with the last 96 or
 * more of the one before, cut before white space where there is any nearby.
 */
export function textChunks(text: string): string[] {
  const bytes = Buffer.from(text);
  if (bytes.length <= CHUNK_BYTES) return [text];
  const chunks: string[] = [];
  let start = 0;
  while (start + CHUNK_BYTES < bytes.length) {
    const end = cutWithin(bytes, start + CHUNK_BYTES / 2, start + CHUNK_BYTES);
    chunks.push(bytes.toString('utf8', start, end));
    start = cutWithin(bytes, end - 2 * OVERLAP_BYTES, end - OVERLAP_BYTES);
  }
  chunks.push(bytes.toString('utf8', start));
  return chunks;
}

/** The last position up to `most` before white space; if there is none above `least`, before any character. */
function cutWithin(bytes: Buffer, least: number, most: number): number {
  for (let position = most; position > least; position--) if (isSpace(bytes[position]!)) return position;
  let position = most;
  while (isContinuation(bytes[position]!)) position--;
  return position;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Whether a UTF-8 byte is inside a character. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
