import { FieldProblem } from '../../common/domain.error';
import { Limits } from '../../config/app-config';
import { jsonProblem } from './json-rules';
import { JsonObject, JsonValue } from '../memory';

export type MetadataLimits = Pick<Limits, 'metadataBytes' | 'metadataKeys' | 'metadataDepth'>;

/** The first thing that keeps metadata from being stored, or undefined. */
export function metadataProblem(
  metadata: JsonObject,
  limits: MetadataLimits,
  field: string,
): FieldProblem | undefined {
  // First: what counts keys and bytes must not walk into a bottomless value.
  return jsonProblem(metadata, field, limits.metadataDepth) ?? metadataSizeProblem(metadata, limits, field);
}

/** Whether metadata that may be stored is too large. */
export function metadataSizeProblem(
  metadata: JsonObject,
  { metadataBytes, metadataKeys }: MetadataLimits,
  field: string,
): FieldProblem | undefined {
  if (keyCount(metadata) > metadataKeys) {
    return { field, reason: `must have at most ${metadataKeys} keys, those of nested objects included` };
  }
  const bytes = Buffer.byteLength(JSON.stringify(metadata), 'utf8');
  return bytes > metadataBytes
    ? { field, reason: `must have at most ${metadataBytes} bytes as JSON, has ${bytes}` }
    : undefined;
}

function keyCount(value: JsonValue): number {
  if (typeof value !== 'object' || value === null) return 0;
  const nested = Object.values(value).map(keyCount);
  return nested.reduce((sum, count) => sum + count, Array.isArray(value) ? 0 : nested.length);
}
