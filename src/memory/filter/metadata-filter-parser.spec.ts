import { hostileCondition, hostileMetadata } from '../../../test/support/metadata-samples';
import { seededRandom } from '../../../test/support/random';
import { Comparison, JsonObject, JsonValue, MetadataCondition } from '../memory';
import { matchesMetadata } from './metadata-filter';
import { DEFAULT_LIMITS } from '../../config/app-config';
import { METADATA_FILTER_LIMITS, parseMetadataFilter } from './metadata-filter-parser';

const eq = (key: string, value: number): MetadataCondition => ({
  kind: 'compare',
  path: [key],
  comparison: { operator: 'eq', value },
});

/** `levels` filters inside each other. */
function nested(levels: number): unknown {
  return levels === 1 ? { a: 1 } : { $not: nested(levels - 1) };
}

function deepValue(levels: number): unknown {
  return levels === 0 ? 1 : [deepValue(levels - 1)];
}

function fields(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, i]));
}

/** A condition as a caller writes it. */
function written(condition: MetadataCondition): JsonObject {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { [`$${condition.kind}`]: condition.conditions.map(written) };
    case 'not':
      return { $not: written(condition.condition) };
    case 'compare': {
      const field = condition.path.map((key) => key.replaceAll(/[.\\]/g, '\\$&')).join('.');
      return { [field]: { [`$${condition.comparison.operator}`]: operandOf(condition.comparison) } };
    }
  }
}

function operandOf(comparison: Comparison): JsonValue {
  return comparison.operator === 'in' ? [...comparison.values] : comparison.value;
}

describe('parseMetadataFilter', () => {
  it.each<[string, unknown, MetadataCondition | undefined]>([
    ['nothing', {}, undefined],
    ['a plain value', { a: 1 }, eq('a', 1)],
    ['several fields', { a: 1, b: 2 }, { kind: 'and', conditions: [eq('a', 1), eq('b', 2)] }],
    ['$ne as not $eq', { a: { $ne: 1 } }, { kind: 'not', condition: eq('a', 1) }],
    [
      '$nin as not $in',
      { a: { $nin: [1] } },
      {
        kind: 'not',
        condition: { kind: 'compare', path: ['a'], comparison: { operator: 'in', values: [1] } },
      },
    ],
    ['$or of one', { $or: [{ a: 1 }] }, { kind: 'or', conditions: [eq('a', 1)] }],
    ['a path', { 'a.b\\.c': 1 }, { ...eq('', 1), path: ['a', 'b.c'] } as MetadataCondition],
  ])('reads %s', (_name, input, condition) => {
    expect(parseMetadataFilter(input)).toEqual({ condition });
  });

  it.each<[unknown, string, RegExp]>([
    [null, '', /object/],
    [[], '', /object/],
    ['{}', '', /object/],
    [5, '', /object/],
    [{ $gt: 1 }, '.$gt', /\$and, \$or, \$not/],
    [{ $where: 'true' }, '.$where', /\$and, \$or, \$not/],
    [{ a: { $regex: 'x' } }, '.a.$regex', /no operator.*\$contains/],
    [{ a: { $not: { $gt: 1 } } }, '.a.$not', /no operator/],
    [{ a: { $constructor: 1 } }, '.a.$constructor', /no operator/],
    [{ a: { $gt: 1, b: 2 } }, '.a.b', /beside operators/],
    [{ a: { $gt: null } }, '.a.$gt', /number or a string/],
    [{ a: { $lte: true } }, '.a.$lte', /number or a string/],
    [{ a: { $lt: [1] } }, '.a.$lt', /number or a string/],
    [{ a: { $gte: Infinity } }, '.a.$gte', /finite/],
    [{ a: { $in: 1 } }, '.a.$in', /list/],
    [{ a: { $in: [1, { b: NaN }] } }, '.a.$in[1].b', /finite/],
    [{ a: { $nin: { 0: 1 } } }, '.a.$nin', /list/],
    [{ a: { $in: Array(1_001).fill(1) } }, '.a.$in', /1000 values/],
    [{ a: { $exists: 1 } }, '.a.$exists', /true or false/],
    [{ a: { $exists: 'true' } }, '.a.$exists', /true or false/],
    [{ $and: {} }, '.$and', /at least one filter/],
    [{ $or: [] }, '.$or', /at least one filter/],
    [{ $or: [{ a: 1 }, {}] }, '.$or[1]', /at least one condition/],
    [{ $not: {} }, '.$not', /at least one condition/],
    [{ $not: [{ a: 1 }] }, '.$not', /object/],
    [{ $or: [{ a: 1 }, { age: { $gt: {} } }] }, '.$or[1].age.$gt', /number or a string/],
    [{ a: { b: { $gt: 1 } } }, '.a.b.$gt', /begins with "\$"/],
    [{ a: undefined }, '.a', /JSON value/],
    [{ a: 'x\u0000' }, '.a', /control characters/],
    [{ a: { $eq: '\ud800' } }, '.a.$eq', /surrogate/],
    [{ 'a\u0000': 1 }, '', /not name a field with control characters/],
    [JSON.parse('{"a": {"__proto__": 1}}'), '.a.__proto__', /must not be a key/],
    [{ a: deepValue(17) }, `.a${'[0]'.repeat(16)}`, /too deep/],
    [nested(9), '.$not'.repeat(8), /deeper than 8/],
    [fields(101), '.f100', /at most 100/],
    [{ $or: [fields(60), { x: fields(1), ...fields(40) }] }, '.$or[1].f39', /at most 100/],
    [{ a: { $gt: 1, $lt: 2 }, $and: [fields(99)] }, '.$and[0].f98', /at most 100/],
  ])('refuses %j at "metadata_filter%s"', (input, place, reason) => {
    expect(parseMetadataFilter(input)).toEqual({
      problems: [{ field: `metadata_filter${place}`, reason: expect.stringMatching(reason) }],
    });
  });

  it.each([
    ['filters inside each other', nested(DEFAULT_LIMITS.filterDepth)],
    ['comparisons', fields(DEFAULT_LIMITS.filterConditions)],
    ['values of $in', { a: { $in: Array(METADATA_FILTER_LIMITS.values).fill(1) } }],
    ['depth of a value', { a: deepValue(METADATA_FILTER_LIMITS.valueDepth) }],
  ])('takes as many %s as allowed', (_name, input) => {
    expect(parseMetadataFilter(input)).toHaveProperty('condition');
  });

  it('survives nesting that would exhaust the stack', () => {
    const deep = JSON.parse(`${'{"$not":'.repeat(100_000)}{}${'}'.repeat(100_000)}`) as unknown;
    const wide = JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as unknown;
    expect(parseMetadataFilter(deep)).toHaveProperty('problems');
    expect(parseMetadataFilter(wide)).toHaveProperty('problems');
  });

  it('names problems from where the filter stands', () => {
    expect(parseMetadataFilter({ a: { $in: 1 } }, 'filter.metadata_filter')).toEqual({
      problems: [{ field: 'filter.metadata_filter.a.$in', reason: 'must be a list of values' }],
    });
  });

  it('reads what a condition is written as', () => {
    const random = seededRandom(5);
    for (let i = 0; i < 2_000; i++) {
      const condition = hostileCondition(random);
      const parsed = parseMetadataFilter(written(condition));
      expect(parsed).toEqual({ condition: expect.anything() });
      const metadata = hostileMetadata(random);
      const read = (parsed as { condition: MetadataCondition }).condition;
      expect(matchesMetadata(read, metadata)).toBe(matchesMetadata(condition, metadata));
    }
  });
});
