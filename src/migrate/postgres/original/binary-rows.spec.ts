import { binaryRows } from './binary-rows';

const HEADER = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

const ROWS = [['1', 'a text', null], [], ['', 'ß'.repeat(300), '\n'], [null, null, null]];

/** As PostgreSQL sends them. */
function sent(rows: readonly (readonly (string | null)[])[]): Buffer {
  return Buffer.concat([HEADER, ...rows.map(sentRow), TRAILER]);
}

function sentRow(row: readonly (string | null)[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(row.length);
  const columns = row.map((column) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(column === null ? -1 : Buffer.byteLength(column));
    return Buffer.concat([length, Buffer.from(column ?? '')]);
  });
  return Buffer.concat([count, ...columns]);
}

async function read(data: Buffer, pieceBytes: number): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  for await (const row of binaryRows(pieces(data, pieceBytes)))
    rows.push(row.map((column) => column?.toString() ?? null));
  return rows;
}

async function* pieces(data: Buffer, bytes: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < data.length; start += bytes) yield data.subarray(start, start + bytes);
}

describe('binaryRows', () => {
  it.each([1, 2, 3, 7, 19, 20, 64, 1000, 100_000])(
    'gives every row however they are cut, here into %d bytes',
    async (bytes) => {
      expect(await read(sent(ROWS), bytes)).toEqual(ROWS);
    },
  );

  it('gives none of none', async () => {
    expect(await read(sent([]), 64)).toEqual([]);
  });

  it('does not take a broken connection for the end', async () => {
    const whole = sent(ROWS);
    await expect(read(whole.subarray(0, whole.length - TRAILER.length), 64)).rejects.toThrow(/middle/);
  });

  it('puts a long row together once', async () => {
    const concat = jest.spyOn(Buffer, 'concat');
    const long = sent([['x'.repeat(1_000_000)]]);
    concat.mockClear();
    expect((await read(long, 1_000))[0]![0]).toHaveLength(1_000_000);
    expect(concat.mock.calls.length).toBeLessThan(10);
    concat.mockRestore();
  });
});
