import { JsonObject, JsonValue } from '../memory';
import { mergePatch } from './merge-patch';

describe('mergePatch', () => {
  // The test cases of RFC 7396, appendix A, whose patch is an object.
  it.each<[JsonValue, JsonObject, JsonObject]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  it('keeps null inside arrays and changes neither argument', () => {
    const target = { a: { b: 1 } };
    const patch = { a: { c: [null] } };
    expect(mergePatch(target, patch)).toEqual({ a: { b: 1, c: [null] } });
    expect([target, patch]).toEqual([{ a: { b: 1 } }, { a: { c: [null] } }]);
  });
});
