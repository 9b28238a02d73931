import { isJsonObject } from '../json-value';
import { JsonObject, JsonValue } from '../memory';

/** RFC 7396: keys of the patch replace, null removes, objects merge, everything else (arrays too) is replaced whole. */
export function mergePatch(target: JsonValue | undefined, patch: JsonObject): JsonObject {
  const merged = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, isJsonObject(value) ? mergePatch(merged.get(key), value) : value);
  }
  return Object.fromEntries(merged);
}
