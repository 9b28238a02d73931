import { isJsonObject } from '../../json-value';
import { Comparison, JsonObject, JsonValue, MetadataCondition } from '../../memory';

/** Each is a look-up in the index; beyond so many, comparing everything is as good. */
const MOST_NEEDLES = 100;

/**
 * Objects of which every metadata that satisfies the filter contains at least one, in the sense of jsonb's `@>`: what
 * an index can be asked for. Necessary, not sufficient: what is found has still to be compared.
 *
 * @returns undefined where the filter has no such objects.
 */
export function metadataNeedles(condition: MetadataCondition): JsonObject[] | undefined {
  switch (condition.kind) {
    case 'and':
      return condition.conditions
        .map(metadataNeedles)
        .filter((part) => part !== undefined)
        .sort((a, b) => a.length - b.length)[0];
    case 'or': {
      const parts = condition.conditions.map(metadataNeedles);
      return fewEnough(parts.every((part) => part !== undefined) ? parts.flat() : undefined);
    }
    case 'not':
      return undefined;
    case 'compare':
      return fewEnough(valuesOf(condition.comparison)?.map((value) => nested(condition.path, value)));
  }
}

/** What is at the path: one of these, or something that contains one. */
function valuesOf(comparison: Comparison): JsonValue[] | undefined {
  switch (comparison.operator) {
    case 'eq':
      return indexed([comparison.value]);
    case 'in':
      return indexed(comparison.values);
    case 'contains':
      // A text may also be a part of a text, which no containment tells.
      return typeof comparison.value === 'string' ? undefined : indexed([[comparison.value]]);
    default:
      return undefined;
  }
}

/** The index knows a value by the scalars in it: what has none is not in it. */
function indexed(values: readonly JsonValue[]): JsonValue[] | undefined {
  return values.every(hasScalar) ? [...values] : undefined;
}

function hasScalar(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(hasScalar);
  return isJsonObject(value) ? Object.values(value).some(hasScalar) : true;
}

function nested(path: readonly string[], value: JsonValue): JsonObject {
  return path.reduceRight<JsonValue>((inner, key) => Object.fromEntries([[key, inner]]), value) as JsonObject;
}

function fewEnough(needles: JsonObject[] | undefined): JsonObject[] | undefined {
  return needles && needles.length <= MOST_NEEDLES ? needles : undefined;
}
