import { hostileCondition, hostileMetadata, HOSTILE_VALUES } from '../../../test/support/metadata-samples';
import { seededRandom } from '../../../test/support/random';
import { JsonObject, MetadataCondition } from '../memory';
import { matchesMetadata } from './metadata-filter';
import { parseMetadataFilter } from './metadata-filter-parser';

function conditionOf(filter: unknown): MetadataCondition {
  const parsed = parseMetadataFilter(filter);
  if ('problems' in parsed || !parsed.condition) throw new Error(JSON.stringify(parsed));
  return parsed.condition;
}

function matches(filter: JsonObject, metadata: JsonObject): boolean {
  return matchesMetadata(conditionOf(filter), metadata);
}

type Row = readonly [metadata: JsonObject, filter: JsonObject, expected: boolean];

const EQUALITY: Row[] = [
  [{ a: 1 }, { a: 1 }, true],
  [{ a: 1 }, { a: '1' }, false],
  [{ a: '1' }, { a: 1 }, false],
  [{ a: -0 }, { a: 0 }, true],
  [{ a: true }, { a: 'true' }, false],
  [{ a: true }, { a: 1 }, false],
  [{ a: 'x' }, { a: 'X' }, false],
  [{ a: 'ä' }, { a: 'a\u0308' }, false],
  [{ a: null }, { a: null }, true],
  [{}, { a: null }, false],
  [{ a: null }, { a: '' }, false],
  [{ a: [1, 2] }, { a: [1, 2] }, true],
  [{ a: [1, 2] }, { a: [2, 1] }, false],
  [{ a: [1] }, { a: 1 }, false],
  [{ a: [] }, { a: [] }, true],
  [{ a: [] }, { a: {} }, false],
  [{ a: {} }, { a: [] }, false],
  [{ a: {} }, { a: {} }, true],
  [{ a: { b: 1 } }, { a: {} }, false],
  [{ a: { b: 1, c: [2] } }, { a: { c: [2], b: 1 } }, true],
  [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }, false],
  [{ a: { b: null } }, { a: { c: null } }, false],
  [{ a: 2 }, { a: { $eq: 2 } }, true],
  [{ a: { b: 2 } }, { a: { $eq: { b: 2 } } }, true],
  [{ a: 2 }, { a: { $ne: 2 } }, false],
  [{ a: 3 }, { a: { $ne: 2 } }, true],
  [{}, { a: { $ne: 2 } }, true],
  [{ a: '1' }, { a: { $in: [2, 1] } }, false],
  [{ a: 1 }, { a: { $in: [2, 1] } }, true],
  [{ a: [1] }, { a: { $in: [2, 1] } }, false],
  [{ a: [1] }, { a: { $in: [[1]] } }, true],
  [{ a: 1 }, { a: { $in: [] } }, false],
  [{}, { a: { $in: [null] } }, false],
  [{ a: 1 }, { a: { $nin: [2, 1] } }, false],
  [{}, { a: { $nin: [1] } }, true],
  [{ a: 1 }, { a: { $nin: [] } }, true],
];

const ORDER: Row[] = [
  [{ a: 2 }, { a: { $gt: 1 } }, true],
  [{ a: 1 }, { a: { $gt: 1 } }, false],
  [{ a: 1 }, { a: { $gte: 1 } }, true],
  [{ a: 1 }, { a: { $lt: 1 } }, false],
  [{ a: 0.5 }, { a: { $lt: 1 } }, true],
  [{ a: 1 }, { a: { $lte: 1 } }, true],
  [{ a: 5 }, { a: { $gt: 1, $lt: 5 } }, false],
  [{ a: 4 }, { a: { $gt: 1, $lt: 5 } }, true],
  [{ a: 10 }, { a: { $gt: 9 } }, true],
  [{ a: '10' }, { a: { $gt: '9' } }, false],
  [{ a: '2' }, { a: { $gt: 1 } }, false],
  [{ a: 2 }, { a: { $gt: '1' } }, false],
  [{ a: true }, { a: { $gte: 0 } }, false],
  [{ a: null }, { a: { $lte: 0 } }, false],
  [{ a: [2] }, { a: { $gt: 1 } }, false],
  [{}, { a: { $lt: 1 } }, false],
  [{ a: 5e-324 }, { a: { $gt: 0 } }, true],
  [{ a: '2024-01-10' }, { a: { $gte: '2024-01-02', $lt: '2024-02' } }, true],
  [{ a: 'b' }, { a: { $gt: 'B' } }, true],
  [{ a: 'ab' }, { a: { $gt: 'a' } }, true],
  [{ a: 'a' }, { a: { $gte: 'a' } }, true],
  // U+1F600 is above U+FFFF, though its UTF-16 units D83D DE00 are below FFFF.
  [{ a: '\u{1f600}' }, { a: { $gt: '\uffff' } }, true],
  [{ a: '\uffff' }, { a: { $lt: '\u{1f600}' } }, true],
  [{ a: 'x\ue000' }, { a: { $lt: 'x\u{10000}' } }, true],
];

const PARTS: Row[] = [
  [{ a: ['x', 'y'] }, { a: { $contains: 'x' } }, true],
  [{ a: ['xy'] }, { a: { $contains: 'x' } }, false],
  [{ a: [1] }, { a: { $contains: '1' } }, false],
  [{ a: [[1, 2]] }, { a: { $contains: [1, 2] } }, true],
  [{ a: [1, 2] }, { a: { $contains: [1, 2] } }, false],
  [{ a: [{ b: 1 }] }, { a: { $contains: { b: 1 } } }, true],
  [{ a: [null] }, { a: { $contains: null } }, true],
  [{ a: 'foobar' }, { a: { $contains: 'oba' } }, true],
  [{ a: 'foobar' }, { a: { $contains: 'OBA' } }, false],
  [{ a: 'foobar' }, { a: { $contains: '' } }, true],
  [{ a: '100%' }, { a: { $contains: '0%' } }, true],
  [{ a: '1000' }, { a: { $contains: '0%' } }, false],
  [{ a: '123' }, { a: { $contains: 2 } }, false],
  [{ a: 123 }, { a: { $contains: 2 } }, false],
  [{ a: { b: 1 } }, { a: { $contains: 'b' } }, false],
  [{}, { a: { $contains: 'x' } }, false],
];

const PATHS: Row[] = [
  [{ a: { b: { c: 1 } } }, { 'a.b.c': 1 }, true],
  [{ 'a.b': 1 }, { 'a.b': 1 }, false],
  [{ 'a.b': 1 }, { 'a\\.b': 1 }, true],
  [{ a: { b: 1 } }, { 'a\\.b': 1 }, false],
  [{ 'a\\': { b: 1 } }, { 'a\\\\.b': 1 }, true],
  [{ 'a\\b': 1 }, { 'a\\b': 1 }, true],
  [{ 'a\\b': 1 }, { 'a\\\\b': 1 }, true],
  [{ '': 1 }, { '': 1 }, true],
  [{ a: { '': { b: 1 } } }, { 'a..b': 1 }, true],
  [{ '\u{1f600}': { ü: 1 } }, { '\u{1f600}.ü': 1 }, true],
  [{ a: [{ b: 1 }] }, { 'a.b': 1 }, false],
  [{ a: [1] }, { 'a.0': 1 }, false],
  [{ a: 'text' }, { 'a.length': 4 }, false],
  [{ a: null }, { 'a.b': null }, false],
];

const PRESENCE: Row[] = [
  [{ a: 1 }, { a: { $exists: true } }, true],
  [{ a: null }, { a: { $exists: true } }, true],
  [{}, { a: { $exists: true } }, false],
  [{}, { a: { $exists: false } }, true],
  [{ a: { b: 0 } }, { 'a.b': { $exists: true } }, true],
  [{ a: 1 }, { 'a.b': { $exists: false } }, true],
  [{}, { constructor: { $exists: true } }, false],
  [{}, { 'toString.length': { $exists: true } }, false],
  [{ constructor: 1 }, { constructor: 1 }, true],
  [{}, JSON.parse('{"__proto__": {"$exists": true}}') as JsonObject, false],
];

const COMBINATIONS: Row[] = [
  [{ a: 1, b: 2 }, { a: 1, b: 2 }, true],
  [{ a: 1, b: 3 }, { a: 1, b: 2 }, false],
  [{ a: 1 }, { $or: [{ a: 2 }, { a: 1 }] }, true],
  [{ a: 3 }, { $or: [{ a: 2 }, { a: 1 }] }, false],
  [{ a: 1 }, { $and: [{ a: 1 }, { b: 1 }] }, false],
  [{ a: 1, b: 1 }, { $and: [{ a: 1 }, { b: 1 }] }, true],
  [{ a: 1 }, { a: 1, $or: [{ b: 1 }, { c: 1 }] }, false],
  [{ a: 1, c: 1 }, { a: 1, $or: [{ b: 1 }, { c: 1 }] }, true],
  [{ a: 1 }, { $not: { a: 1 } }, false],
  [{}, { $not: { a: 1 } }, true],
  [{ a: '5' }, { $not: { a: { $gt: 1 } } }, true],
  [{ a: 1 }, { $not: { a: 1, b: 1 } }, true],
  [{ a: 1, b: 1 }, { $not: { a: 1, b: 1 } }, false],
  [{ a: 1 }, { $not: { $not: { a: 1 } } }, true],
];

describe('matchesMetadata', () => {
  it.each(EQUALITY)('equality: %j under %j is %s', (metadata, filter, expected) => {
    expect(matches(filter, metadata)).toBe(expected);
  });

  it.each(ORDER)('order: %j under %j is %s', (metadata, filter, expected) => {
    expect(matches(filter, metadata)).toBe(expected);
  });

  it.each(PARTS)('parts: %j under %j is %s', (metadata, filter, expected) => {
    expect(matches(filter, metadata)).toBe(expected);
  });

  it.each(PATHS)('paths: %j under %j is %s', (metadata, filter, expected) => {
    expect(matches(filter, metadata)).toBe(expected);
  });

  it.each(PRESENCE)('presence: %j under %j is %s', (metadata, filter, expected) => {
    expect(matches(filter, metadata)).toBe(expected);
  });

  it.each(COMBINATIONS)('combinations: %j under %j is %s', (metadata, filter, expected) => {
    expect(matches(filter, metadata)).toBe(expected);
  });

  it('tells every two hostile values apart exactly when their JSON differs', () => {
    for (const stored of HOSTILE_VALUES) {
      for (const asked of HOSTILE_VALUES) {
        const same = canonical(stored) === canonical(asked);
        expect([stored, asked, matches({ f: { $eq: asked } }, { f: stored })]).toEqual([stored, asked, same]);
      }
    }
  });

  it('orders every two hostile strings as their UTF-8 bytes', () => {
    const texts = HOSTILE_VALUES.filter((value) => typeof value === 'string');
    for (const a of texts) {
      for (const b of texts) {
        const above = Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;
        expect([a, b, matches({ f: { $gt: b } }, { f: a })]).toEqual([a, b, above]);
      }
    }
  });

  it('negates exactly: of a condition and its `not` always one holds', () => {
    const random = seededRandom(1);
    const seen = { held: 0, failed: 0 };
    for (let i = 0; i < 5_000; i++) {
      const metadata = hostileMetadata(random);
      const condition = hostileCondition(random);
      const held = matchesMetadata(condition, metadata);
      expect(matchesMetadata({ kind: 'not', condition }, metadata)).toBe(!held);
      seen[held ? 'held' : 'failed']++;
    }
    expect(Math.min(seen.held, seen.failed)).toBeGreaterThan(500);
  });
});

/** JSON with sorted keys: equal exactly for equal JSON values (-0 is written as 0). */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
