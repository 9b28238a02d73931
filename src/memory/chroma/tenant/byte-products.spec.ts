import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import loadWabt from 'wabt';
import { seededRandom } from '../../../../test/support/random';
import { BYTE_PRODUCTS_WASM, ByteProducts, MOST_ROWS } from './byte-products';

describe('ByteProducts', () => {
  it('has the instructions of byte-products.wat', async () => {
    const wabt = await loadWabt();
    const source = readFileSync(join(__dirname, 'byte-products.wat'), 'utf8');
    const { buffer } = wabt.parseWat('byte-products.wat', source, { simd: true }).toBinary({});
    expect(BYTE_PRODUCTS_WASM).toBe(Buffer.from(buffer).toString('base64'));
  });

  it.each([1, 2, 15, 16, 17, 384, 387, 1536])(
    'multiplies every one of %d numbers, of every row',
    (dimension) => {
      const random = seededRandom(dimension);
      const whole = (largest: number) => Math.round((2 * random.next() - 1) * largest);
      const products = ByteProducts.of(dimension);
      const rows = Int8Array.from({ length: 300 * dimension }, () => whole(127));
      // Fewer than there are: numbers that a wrong beginning or end would read.
      for (const [first, count] of [
        [0, MOST_ROWS],
        [150, MOST_ROWS],
        [172, 127],
        [7, 1],
        [7, 0],
      ] as const) {
        const question = Int16Array.from({ length: dimension }, () => whole(products.largest));
        const expected = Array.from({ length: count }, (_, row) =>
          question.reduce((sum, number, i) => sum + number * rows[(first + row) * dimension + i]!, 0),
        );
        expect([...products.withRows(question, rows, first, count).subarray(0, count)]).toEqual(expected);
      }
    },
  );

  it.each([1, 384, 4096, 65_537])('holds the largest products of %d numbers', (dimension) => {
    const products = ByteProducts.of(dimension);
    const question = new Int16Array(dimension).fill(products.largest);
    const rows = new Int8Array(2 * dimension).fill(127, 0, dimension).fill(-127, dimension);
    const largest = dimension * 127 * products.largest;
    expect([...products.withRows(question, rows, 0, 2).subarray(0, 2)]).toEqual([largest, -largest]);
  });
});
