import { JsonObject } from '../memory';
import { metadataProblem } from './metadata-rules';

const LIMITS = { metadataBytes: 200, metadataKeys: 5, metadataDepth: 4 };

function problemOf(metadata: unknown) {
  return metadataProblem(metadata as JsonObject, LIMITS, 'metadata');
}

describe('metadataProblem', () => {
  it.each<[unknown]>([
    [{}],
    [{ a: null, b: [true, -0, 1.5, 5e-324, 1.7976931348623157e308], c: '' }],
    [{ '': 1, 'a.b': 2, "it's": 3, constructor: 4, toString: 5 }],
    [{ a: { b: { c: { d: 'at the deepest level' } } } }],
    [{ a: [[[1]]] }],
    [{ text: 'x'.repeat(189) }],
    [{ list: [{ b: 1 }, { c: 1 }, { d: 1 }, { e: 1 }] }],
    [{ cost: '$5', a$: 1 }],
  ])('accepts %j', (metadata) => {
    expect(problemOf(metadata)).toBeUndefined();
  });

  it.each<[unknown, string, RegExp]>([
    [{ a: Infinity }, 'metadata.a', /finite/],
    [JSON.parse('{"a": [1, -1e400]}'), 'metadata.a[1]', /finite/],
    [{ a: NaN }, 'metadata.a', /finite/],
    [{ a: undefined }, 'metadata.a', /JSON value/],
    [{ a: 5n }, 'metadata.a', /JSON value/],
    [{ a: ['ok', { b: 'x\u0000' }] }, 'metadata.a[1].b', /control/],
    [{ a: '\ud800' }, 'metadata.a', /surrogate/],
    [{ 'a\u0000': 1 }, 'metadata', /keys with control/],
    [{ a: { '\udc00': 1 } }, 'metadata.a', /key.*surrogate/],
    [{ $a: 1 }, 'metadata.$a', /begins with "\$"/],
    [{ a: [{ $set: 1 }] }, 'metadata.a[0].$set', /begins with "\$"/],
    [JSON.parse('{"__proto__": {"admin": true}}'), 'metadata.__proto__', /must not be a key/],
    [JSON.parse('{"a": {"__proto__": 1}}'), 'metadata.a.__proto__', /must not be a key/],
    [{ a: { b: { c: { d: {} } } } }, 'metadata.a.b.c.d', /too deep/],
    [{ a: [[[[]]]] }, 'metadata.a[0][0][0]', /too deep/],
    [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }, 'metadata', /at most 5 keys/],
    [{ a: { b: 1, c: [{ d: 1, e: 1, f: 1 }] } }, 'metadata', /at most 5 keys/],
    [{ text: 'x'.repeat(190) }, 'metadata', /at most 200 bytes as JSON/],
    [{ text: 'é'.repeat(95) }, 'metadata', /at most 200 bytes as JSON/],
    [{ text: '\n'.repeat(95) }, 'metadata', /at most 200 bytes as JSON/],
    [{ text: 'x'.repeat(10_000), $a: 1 }, 'metadata', /at most 200 bytes as JSON/],
    [JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 'metadata.a[0][0][0]', /too deep/],
  ])('refuses what is wrong at its place (%#)', (metadata, field, reason) => {
    expect(problemOf(metadata)).toEqual({ field, reason: expect.stringMatching(reason) });
  });
});
