import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import loadWabt from 'wabt';
import { seededRandom } from '../../../../test/support/random';
import { DOT_PRODUCTS_WASM, DotProducts } from './dot-products';

describe('DotProducts', () => {
  it('has the instructions of dot-products.wat', async () => {
    const wabt = await loadWabt();
    const source = readFileSync(join(__dirname, 'dot-products.wat'), 'utf8');
    const { buffer } = wabt.parseWat('dot-products.wat', source, { simd: true }).toBinary({});
    expect(DOT_PRODUCTS_WASM).toBe(Buffer.from(buffer).toString('base64'));
  });

  it.each([1, 2, 7, 8, 9, 384, 387, 1536])(
    'multiplies every one of %d numbers, of every row',
    (dimension) => {
      const random = seededRandom(dimension);
      const numbers = Float32Array.from({ length: 300 * dimension }, () => random.next() - 0.5);
      // Others before and behind: numbers that a wrong end would read.
      for (const [first, count] of [
        [0, 300],
        [7, 1],
        [100, 129],
        [299, 1],
        [3, 0],
      ] as const) {
        const question = Float32Array.from({ length: dimension }, () => random.next() - 0.5);
        const products = DotProducts.of(dimension).withRows(question, numbers, first, count);
        const expected = Array.from({ length: count }, (_, row) =>
          question.reduce((sum, number, i) => sum + number * numbers[(first + row) * dimension + i]!, 0),
        );
        expect(products).toHaveLength(count);
        products.forEach((product, row) => expect(product).toBeCloseTo(expected[row]!, 12));
      }
    },
  );
});
