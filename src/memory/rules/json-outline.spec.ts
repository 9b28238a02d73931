import { jsonOutline } from './json-outline';

const ANY = { keys: Infinity, bytes: Infinity };

/** A value whose fields are counted as they are looked at. */
function watched<T extends object>(value: T): { readonly value: T; looks: () => number } {
  let looks = 0;
  const get = (target: T, key: string | symbol): unknown => {
    looks += 1;
    return Reflect.get(target, key);
  };
  return { value: new Proxy(value, { get }), looks: () => looks };
}

describe('jsonOutline', () => {
  it.each<[unknown, number]>([
    [null, 0],
    [[], 0],
    [{ a: 1, b: [true, null], c: 'text' }, 3],
    [{ a: { b: { c: 1 } }, d: [{ e: 1 }, { f: 1 }] }, 6],
    [{ a: [[], {}], b: -1.5e300, c: 'ä\n"\u{10000}' }, 3],
  ])('of %j counts %i keys and no more bytes than there are', (value, keys) => {
    const outline = jsonOutline(value, ANY, 10);
    expect(outline.keys).toBe(keys);
    expect(outline.bytes).toBeLessThanOrEqual(Buffer.byteLength(JSON.stringify(value)));
  });

  it('is exact for digits and plain text', () => {
    const value = { a: [1, 2, { b: 'text' }], c: { d: 'x', e: 0 } };
    expect(jsonOutline(value, ANY, 10).bytes).toBe(JSON.stringify(value).length);
  });

  it.each<[string, object]>([
    ['numbers', Array<number>(100_000).fill(1)],
    ['empty lists', Array.from({ length: 100_000 }, () => [])],
    ['keys', Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i]))],
  ])('stops where there are too many %s', (_what, value) => {
    const { value: counted, looks } = watched(value);
    const { keys, bytes } = jsonOutline(counted, { keys: 100, bytes: 1_000 }, 10);
    expect(keys > 100 || bytes > 1_000).toBe(true);
    expect(looks()).toBeLessThan(3_000);
  });

  it('does not look deeper than it is told', () => {
    const { value, looks } = watched({ below: 1 });
    expect(jsonOutline([[value]], ANY, 2).keys).toBe(0);
    expect(looks()).toBe(0);
  });
});
