/** The columns of a row, each as its type sends itself in binary; null is NULL. Valid until the next row. */
export type BinaryRow = readonly (Buffer | null)[];

/** Signature, flags, and the length of an extension that PostgreSQL does not use so far. */
const HEADER_BYTES = 19;

/** In the place of a number of columns: there are no more rows. */
const TRAILER = -1;

/** The rows that COPY sends in its binary format, cut anywhere. A row is held as a whole, and no more than what came with it. */
export async function* binaryRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<BinaryRow, void, undefined> {
  let held: Buffer[] = [];
  let size = 0;
  let needed = HEADER_BYTES;
  let start = HEADER_BYTES;
  for await (const chunk of chunks) {
    held.push(chunk);
    size += chunk.length;
    // A long row is put together once, not with each of its pieces.
    if (size < needed) continue;
    const data = held.length === 1 ? chunk : Buffer.concat(held);
    let read = readRow(data, start);
    for (; 'row' in read; read = readRow(data, start)) {
      if (read.row === undefined) return;
      yield read.row;
      start = read.end;
    }
    held = [data.subarray(start)];
    size = data.length - start;
    needed = read.needed - start;
    start = 0;
  }
  throw new Error('The rows of COPY end in the middle.');
}

/** A row, undefined where they end, or how much of the data there has to be to know more. */
function readRow(
  data: Buffer,
  start: number,
): { readonly row: BinaryRow | undefined; readonly end: number } | { readonly needed: number } {
  let at = start + 2;
  if (data.length < at) return { needed: at };
  const count = data.readInt16BE(start);
  if (count === TRAILER) return { row: undefined, end: at };
  const row: (Buffer | null)[] = [];
  while (row.length < count) {
    if (data.length < at + 4) return { needed: at + 4 };
    const length = data.readInt32BE(at);
    at += 4;
    if (length < 0) {
      row.push(null);
      continue;
    }
    if (data.length < at + length) return { needed: at + length };
    row.push(data.subarray(at, (at += length)));
  }
  return { row, end: at };
}
