import { FieldProblem } from '../../common/domain.error';
import { isJsonObject } from '../json-value';
import { JsonObject } from '../memory';
import { textProblem } from './text-rules';

/** What is wrong, and where inside the value: empty, or a path such as `.tags[2]`. */
interface PlacedProblem {
  readonly at: string;
  readonly reason: string;
}

/**
 * The first thing that keeps a value from being stored as metadata or compared with it, or undefined if it is fine:
 * finite numbers only, no control characters, no key that begins with `$` (an operator) and no `__proto__`, and
 * nothing nested deeper than `depth` objects and arrays.
 *
 * @param field the path of the value; the problem names the place inside it (`metadata.tags[2]`).
 */
export function jsonProblem(value: unknown, field: string, depth: number): FieldProblem | undefined {
  const problem = problemIn(value, depth);
  return problem && { field: field + problem.at, reason: problem.reason };
}

/** Places are put together on the way back, from where something is wrong: most values have nothing wrong. */
function problemIn(value: unknown, depth: number): PlacedProblem | undefined {
  switch (typeof value) {
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : here('must be a finite number');
    case 'string':
      return here(textProblem(value));
    case 'object':
      return value === null ? undefined : problemInContainer(value, depth);
    default:
      return here('must be a JSON value');
  }
}

function problemInContainer(container: object, depth: number): PlacedProblem | undefined {
  if (depth === 0) return here('is nested too deep');
  if (Array.isArray(container)) return problemInArray(container, depth - 1);
  return isJsonObject(container) ? problemInObject(container, depth - 1) : here('must be a JSON value');
}

function problemInArray(array: readonly unknown[], depth: number): PlacedProblem | undefined {
  for (let i = 0; i < array.length; i++) {
    const problem = problemIn(array[i], depth);
    if (problem) return { at: `[${i}]${problem.at}`, reason: problem.reason };
  }
  return undefined;
}

function problemInObject(object: JsonObject, depth: number): PlacedProblem | undefined {
  for (const [key, value] of Object.entries(object)) {
    if (textProblem(key) !== undefined)
      return here('must not have keys with control characters or half of a surrogate pair');
    const problem = here(keyProblem(key)) ?? problemIn(value, depth);
    if (problem) return { at: `.${key}${problem.at}`, reason: problem.reason };
  }
  return undefined;
}

function keyProblem(key: string): string | undefined {
  if (key.startsWith('$')) return 'must not be a key that begins with "$"';
  return key === '__proto__' ? 'must not be a key' : undefined;
}

function here(reason: string | undefined): PlacedProblem | undefined {
  return reason === undefined ? undefined : { at: '', reason };
}
