import { FieldProblem } from '../../common/domain.error';
import { isJsonObject } from '../json-value';
import { textProblem } from './text-rules';

/**
 * The first thing that keeps a value from being stored as metadata or compared with it, or undefined if it is fine:
 * finite numbers only, no control characters, no key that begins with `$` (an operator) and no `__proto__`, and
 * nothing nested deeper than `depth` objects and arrays.
 *
 * @param field the path of the value; the problem names the place inside it (`metadata.tags[2]`).
 */
export function jsonProblem(value: unknown, field: string, depth: number): FieldProblem | undefined {
  switch (typeof value) {
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : { field, reason: 'must be a finite number' };
    case 'string': {
      const reason = textProblem(value);
      return reason === undefined ? undefined : { field, reason };
    }
    case 'object':
      return value === null ? undefined : containerProblem(value, field, depth);
    default:
      return { field, reason: 'must be a JSON value' };
  }
}

function containerProblem(container: object, field: string, depth: number): FieldProblem | undefined {
  if (depth === 0) return { field, reason: 'is nested too deep' };
  if (Array.isArray(container)) {
    return firstProblem(container, (element, i) => jsonProblem(element, `${field}[${i}]`, depth - 1));
  }
  if (!isJsonObject(container)) return { field, reason: 'must be a JSON value' };
  return firstProblem(
    Object.entries(container),
    ([key, value]) => keyProblem(key, field) ?? jsonProblem(value, `${field}.${key}`, depth - 1),
  );
}

function keyProblem(key: string, field: string): FieldProblem | undefined {
  if (key.startsWith('$'))
    return { field: `${field}.${key}`, reason: 'must not be a key that begins with "$"' };
  if (key === '__proto__') return { field: `${field}.${key}`, reason: 'must not be a key' };
  return textProblem(key) === undefined
    ? undefined
    : { field, reason: 'must not have keys with control characters or half of a surrogate pair' };
}

function firstProblem<T>(
  items: readonly T[],
  problemOf: (item: T, index: number) => FieldProblem | undefined,
): FieldProblem | undefined {
  for (const [index, item] of items.entries()) {
    const problem = problemOf(item, index);
    if (problem) return problem;
  }
  return undefined;
}
