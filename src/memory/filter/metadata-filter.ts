import { byCodePoint } from '../code-point-order';
import { isJsonObject, jsonEquals } from '../json-value';
import { Comparison, JsonObject, JsonValue, MetadataCondition } from '../memory';

/**
 * The meaning of metadata filters. Every backend answers exactly as this does, whether it evaluates here or
 * translates; `metadata-filter-parser.ts` has the grammar.
 *
 * - A path leads through objects by their own keys, not through arrays. A field that is not there satisfies no
 *   comparison except `exists: false`; `null` is a value like any other.
 * - `eq` and `in` compare JSON values (`jsonEquals`).
 * - `gt` to `lte` hold between two numbers or between two strings (by code point), never otherwise.
 * - `contains` is an equal element of an array, or a part of a string.
 * - `not` is the exact opposite, so it also holds where the field is missing.
 */
export function matchesMetadata(condition: MetadataCondition, metadata: JsonObject): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.conditions.every((part) => matchesMetadata(part, metadata));
    case 'or':
      return condition.conditions.some((part) => matchesMetadata(part, metadata));
    case 'not':
      return !matchesMetadata(condition.condition, metadata);
    case 'compare':
      return holds(condition.comparison, valueAt(metadata, condition.path));
  }
}

/** The value at a path, or undefined where there is none. */
function valueAt(metadata: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue = metadata;
  for (const key of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key]!;
  }
  return value;
}

function holds(comparison: Comparison, value: JsonValue | undefined): boolean {
  if (comparison.operator === 'exists') return comparison.value === (value !== undefined);
  if (value === undefined) return false;
  switch (comparison.operator) {
    case 'eq':
      return jsonEquals(value, comparison.value);
    case 'in':
      return comparison.values.some((candidate) => jsonEquals(value, candidate));
    case 'contains':
      return contains(value, comparison.value);
    case 'gt':
      return compare(value, comparison.value) > 0;
    case 'gte':
      return compare(value, comparison.value) >= 0;
    case 'lt':
      return compare(value, comparison.value) < 0;
    case 'lte':
      return compare(value, comparison.value) <= 0;
  }
}

function contains(value: JsonValue, part: JsonValue): boolean {
  if (Array.isArray(value)) return value.some((element) => jsonEquals(element, part));
  return typeof value === 'string' && typeof part === 'string' && value.includes(part);
}

/** Negative, zero or positive; NaN, of which no comparison holds, where the two have no order. */
function compare(value: JsonValue, operand: number | string): number {
  if (typeof value === 'number' && typeof operand === 'number') return value - operand;
  if (typeof value === 'string' && typeof operand === 'string') return byCodePoint(value, operand);
  return NaN;
}
