import { FieldProblem } from '../../common/domain.error';
import { DEFAULT_LIMITS, Limits } from '../../config/app-config';
import { jsonOutline } from '../rules/json-outline';
import { jsonProblem } from '../rules/json-rules';
import { isJsonObject } from '../json-value';
import { Comparison, JsonObject, JsonValue, MetadataCondition } from '../memory';
import { textProblem } from '../rules/text-rules';

/** How deep a filter may be, and how much it may compare. */
export type FilterLimits = Pick<Limits, 'filterDepth' | 'filterConditions'>;

/** Further bounds of what one filter may cost. */
export const METADATA_FILTER_LIMITS = {
  /** Values of every `$in` and `$nin` together: each is compared with every memory. */
  values: 1_000,
  /** The whole filter as JSON: a thousand long ids and as much again. */
  bytes: 131_072,
  /** Objects and arrays inside a value, as deep as metadata may be by default. */
  valueDepth: 16,
} as const;

/** Levels that are counted before the parser looks closer: deeper ones are refused by their depth. */
const DEEPEST = 64;

/** `condition` is undefined for the empty filter `{}`, which leaves everything. */
export type ParsedMetadataFilter =
  { readonly condition: MetadataCondition | undefined } | { readonly problems: readonly FieldProblem[] };

/**
 * Reads a metadata filter as callers write it.
 *
 * `{"field": value}` is equality, `{"field": {"$operator": operand, ...}}` compares; `$and` and `$or` (lists of
 * filters) and `$not` (a filter) combine; whatever stands side by side must hold together. A field is a path through
 * objects, keys joined by dots; inside a key `\.` is a dot and `\\` a backslash. An object without operators, `{}`
 * too, is a value to equal. Refused: unknown operators, operands of the wrong type, operators mixed with other keys,
 * combinations of nothing, values that could not be stored, and more than `limits` or `METADATA_FILTER_LIMITS`.
 *
 * @param field where the filter stands in the request. The problem, the first one found, is named from there:
 *   `metadata_filter.$or[1].age.$gt`.
 */
export function parseMetadataFilter(
  input: unknown,
  field = 'metadata_filter',
  limits: FilterLimits = DEFAULT_LIMITS,
): ParsedMetadataFilter {
  const { bytes: mostBytes } = METADATA_FILTER_LIMITS;
  const { bytes } = jsonOutline(input, { keys: Infinity, bytes: mostBytes }, DEEPEST);
  if (bytes > mostBytes)
    return { problems: [{ field, reason: `must have at most ${mostBytes} bytes as JSON` }] };
  if (isJsonObject(input) && Object.keys(input).length === 0) return { condition: undefined };
  try {
    return { condition: new Parser(limits).filter(input, field, 1) };
  } catch (error) {
    if (error instanceof FilterRefusal) return { problems: [error.problem] };
    throw error;
  }
}

/** Leaves the recursion; never leaves this file. */
class FilterRefusal extends Error {
  constructor(readonly problem: FieldProblem) {
    super(problem.reason);
  }
}

function refuse(field: string, reason: string): never {
  throw new FilterRefusal({ field, reason });
}

function allOf(conditions: readonly MetadataCondition[]): MetadataCondition {
  return conditions.length === 1 ? conditions[0]! : { kind: 'and', conditions };
}

/** Walks one filter and counts what it compares. */
class Parser {
  private comparisons = 0;
  private values = 0;

  constructor(private readonly limits: FilterLimits) {}

  filter(input: unknown, field: string, depth: number): MetadataCondition {
    const { filterDepth } = this.limits;
    if (depth > filterDepth) refuse(field, `must not be nested deeper than ${filterDepth} filters`);
    if (!isJsonObject(input) || Object.keys(input).length === 0) {
      refuse(field, 'must be an object with at least one condition');
    }
    const conditions = Object.entries(input).map(([key, value]) =>
      key.startsWith('$')
        ? this.combination(key, value, `${field}.${key}`, depth)
        : this.conditionOn(parsePath(key, field), value, `${field}.${key}`),
    );
    return allOf(conditions);
  }

  private combination(operator: string, operand: unknown, field: string, depth: number): MetadataCondition {
    if (operator === '$not') return { kind: 'not', condition: this.filter(operand, field, depth + 1) };
    if (operator !== '$and' && operator !== '$or') {
      refuse(field, 'is no operator between fields: these are $and, $or, $not');
    }
    if (!Array.isArray(operand) || operand.length === 0)
      refuse(field, 'must be a list of at least one filter');
    const conditions = operand.map((part, i) => this.filter(part, `${field}[${i}]`, depth + 1));
    return { kind: operator === '$and' ? 'and' : 'or', conditions };
  }

  private conditionOn(path: readonly string[], value: unknown, field: string): MetadataCondition {
    if (!holdsOperators(value)) return this.comparison(path, '$eq', value, field);
    const conditions = Object.entries(value).map(([operator, operand]) => {
      if (!operator.startsWith('$')) refuse(`${field}.${operator}`, 'must not stand beside operators');
      return this.comparison(path, operator, operand, `${field}.${operator}`);
    });
    return allOf(conditions);
  }

  private comparison(
    path: readonly string[],
    operator: string,
    operand: unknown,
    field: string,
  ): MetadataCondition {
    const { filterConditions } = this.limits;
    if (++this.comparisons > filterConditions)
      refuse(field, `is one condition too many: at most ${filterConditions} in a filter`);
    const negated = NEGATED.get(operator);
    const read = OPERATORS.get(negated ?? operator);
    if (!read) refuse(field, `is no operator: these are ${OPERATOR_NAMES}`);
    const comparison = read(operand, field);
    if (comparison.operator === 'in') this.countValues(comparison.values.length, field);
    const condition = { kind: 'compare', path, comparison } as const;
    return negated ? { kind: 'not', condition } : condition;
  }

  private countValues(count: number, field: string): void {
    const { values } = METADATA_FILTER_LIMITS;
    this.values += count;
    if (this.values > values)
      refuse(field, `must not have more than ${values} values, those of the filter's other lists included`);
  }
}

type OperandReader = (operand: unknown, field: string) => Comparison;

const OPERATORS = new Map<string, OperandReader>([
  ['$eq', (value, field) => ({ operator: 'eq', value: jsonOperand(value, field) })],
  ['$gt', (value, field) => ({ operator: 'gt', value: orderedOperand(value, field) })],
  ['$gte', (value, field) => ({ operator: 'gte', value: orderedOperand(value, field) })],
  ['$lt', (value, field) => ({ operator: 'lt', value: orderedOperand(value, field) })],
  ['$lte', (value, field) => ({ operator: 'lte', value: orderedOperand(value, field) })],
  ['$in', (value, field) => ({ operator: 'in', values: listOperand(value, field) })],
  ['$exists', (value, field) => ({ operator: 'exists', value: booleanOperand(value, field) })],
  ['$contains', (value, field) => ({ operator: 'contains', value: jsonOperand(value, field) })],
]);

/** Operators that are the exact opposite of another. */
const NEGATED = new Map([
  ['$ne', '$eq'],
  ['$nin', '$in'],
]);

const OPERATOR_NAMES = [...OPERATORS.keys(), ...NEGATED.keys()].join(', ');

function holdsOperators(value: unknown): value is JsonObject {
  return isJsonObject(value) && Object.keys(value).some((key) => key.startsWith('$'));
}

/** The keys of a dotted path. `\.` and `\\` stand for the second character; any other backslash for itself. */
function parsePath(text: string, field: string): string[] {
  if (textProblem(text) !== undefined) {
    refuse(field, 'must not name a field with control characters or half of a surrogate pair');
  }
  const keys = [''];
  for (const [token] of text.matchAll(/\\[.\\]|[^]/gu)) {
    if (token === '.') keys.push('');
    else keys[keys.length - 1] += token.length === 2 && token[0] === '\\' ? token[1]! : token;
  }
  return keys;
}

function jsonOperand(value: unknown, field: string): JsonValue {
  const problem = jsonProblem(value, field, METADATA_FILTER_LIMITS.valueDepth);
  if (problem) refuse(problem.field, problem.reason);
  return value as JsonValue;
}

function orderedOperand(value: unknown, field: string): number | string {
  if (typeof value !== 'number' && typeof value !== 'string') refuse(field, 'must be a number or a string');
  return jsonOperand(value, field) as number | string;
}

function listOperand(value: unknown, field: string): JsonValue[] {
  if (!Array.isArray(value)) refuse(field, 'must be a list of values');
  return value.map((element, i) => jsonOperand(element, `${field}[${i}]`));
}

function booleanOperand(value: unknown, field: string): boolean {
  return typeof value === 'boolean' ? value : refuse(field, 'must be true or false');
}
