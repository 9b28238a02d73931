import { halfBits, halfVector, halfVectors } from './half-precision';

/** The number that 16 bits of IEEE 754 binary16 stand for. */
function valueOf(half: number): number {
  const [exponent, fraction] = [(half >>> 10) & 0x1f, half & 0x3ff];
  const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return half & 0x8000 ? -magnitude : magnitude;
}

describe('halfBits', () => {
  it.each([
    [0, 0x0000],
    [1, 0x3c00],
    [-2, 0xc000],
    [0.1, 0x2e66],
    [1 / 3, 0x3555],
    [65_504, 0x7bff],
    [65_519, 0x7bff],
    [65_520, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
  ])('of %d are %i', (value, half) => {
    expect(halfBits(value)).toBe(half);
  });

  it('gives every finite half itself, and to numbers between two the nearer one', () => {
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = [valueOf(half), valueOf(half + 1)];
      expect(halfBits(low)).toBe(half);
      expect(halfBits(-low) & 0x7fff).toBe(half);
      expect(halfBits(low + 0.25 * (high - low))).toBe(half);
      expect(halfBits(low + 0.75 * (high - low))).toBe(half + 1);
      expect(halfBits((low + high) / 2)).toBe(half % 2 === 0 ? half : half + 1);
    }
  });
});

describe('halfVector', () => {
  it('is the dimension, zeros, and the components in network order', () => {
    expect(halfVector(Float32Array.of(1, -0.5)).toString('hex')).toBe('000200003c00b800');
  });
});

describe('halfVectors', () => {
  it('are the components of one vector after the other', () => {
    const bytes = Buffer.concat([Float32Array.of(1, -0.5), Float32Array.of(2 ** -24)].map(halfVector));
    expect(halfVectors(bytes)).toEqual([Float32Array.of(1, -0.5), Float32Array.of(2 ** -24)]);
    expect(halfVectors(Buffer.alloc(0))).toEqual([]);
  });

  it('gives back every half', () => {
    const halves = Float32Array.from({ length: 0x7c01 }, (_, half) => valueOf(half));
    halves[0x7c00] = Infinity;
    const bytes = Buffer.alloc(4 + 2 * halves.length);
    bytes.writeUInt16BE(halves.length);
    for (let half = 0; half < halves.length; half++) bytes.writeUInt16BE(half, 4 + 2 * half);
    expect(halfVectors(bytes)).toEqual([halves]);
  });
});
