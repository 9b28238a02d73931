import { JsonObject, JsonValue, MetadataCondition } from '../../src/memory/memory';
import { Random } from './random';

/** Values that stores, languages and JSON libraries are known to confuse with each other. */
export const HOSTILE_VALUES: readonly JsonValue[] = [
  null,
  true,
  false,
  'true',
  'null',
  '',
  ' ',
  0,
  -0,
  1,
  '1',
  '1.0',
  1.5,
  -1,
  10,
  9,
  '10',
  '9',
  2 ** 53,
  2 ** 53 - 1,
  1e21,
  5e-324,
  1.7976931348623157e308,
  0.1 + 0.2,
  'a',
  'A',
  'ä',
  'a\u0308',
  'ab',
  '%',
  '_',
  '\\',
  '"',
  "'; drop table memories; --",
  '$gt',
  '\uffff',
  '\u{1f600}',
  '2024-01-02',
  '2024-01-10T00:00:00.000Z',
  'line\nbreak\ttab',
  [],
  [1],
  ['1'],
  [null],
  [1, 2],
  [2, 1],
  [[1, 2]],
  ['a', 'b'],
  ['ab'],
  [{ b: 1 }],
  {},
  { a: 1 },
  { a: '1' },
  { a: null },
  { a: 1, b: 2 },
  { b: 2, a: 1 },
  { a: { b: { c: 1 } } },
  { 'a.b': 1 },
  { '': 1 },
];

/** Fields of the samples, as paths of keys: nested, empty, with dots and quotes, and names of `Object.prototype`. */
export const HOSTILE_PATHS: readonly (readonly string[])[] = [
  ['f'],
  ['f', 'a'],
  ['f', 'a', 'b'],
  ['f', 'a.b'],
  ['f', ''],
  ['f', '0'],
  ['a.b'],
  [''],
  ['it\'s "quoted" \\ {here}'],
  ['constructor'],
  ['toString', 'length'],
  ['länge \u{1f600}'],
  ['missing'],
];

/** Metadata with a hostile value, or none, under the first key of each path. */
export function hostileMetadata(random: Random): JsonObject {
  const keys = new Set(HOSTILE_PATHS.map(([first]) => first!));
  keys.delete('missing');
  return Object.fromEntries(
    [...keys].filter(() => random.int(3) > 0).map((key) => [key, random.pick(HOSTILE_VALUES)]),
  );
}

/** A random condition over `HOSTILE_PATHS` and `HOSTILE_VALUES`, at most `depth` combinations deep. */
export function hostileCondition(random: Random, depth = 3): MetadataCondition {
  const combine = depth > 0 ? random.int(5) : 4;
  if (combine < 2) {
    const conditions = Array.from({ length: 1 + random.int(3) }, () => hostileCondition(random, depth - 1));
    return { kind: combine === 0 ? 'and' : 'or', conditions };
  }
  if (combine === 2) return { kind: 'not', condition: hostileCondition(random, depth - 1) };
  return hostileComparison(random);
}

function hostileComparison(random: Random): MetadataCondition {
  const path = random.pick(HOSTILE_PATHS);
  const value = random.pick(HOSTILE_VALUES);
  const operator = random.pick(['eq', 'eq', 'contains', 'gt', 'gte', 'lt', 'lte', 'in', 'exists'] as const);
  switch (operator) {
    case 'eq':
    case 'contains':
      return { kind: 'compare', path, comparison: { operator, value } };
    case 'in': {
      const values = Array.from({ length: random.int(4) }, () => random.pick(HOSTILE_VALUES));
      return { kind: 'compare', path, comparison: { operator, values } };
    }
    case 'exists':
      return { kind: 'compare', path, comparison: { operator, value: random.int(2) === 0 } };
    default: {
      const ordered = typeof value === 'number' || typeof value === 'string' ? value : 'a';
      return { kind: 'compare', path, comparison: { operator, value: ordered } };
    }
  }
}
