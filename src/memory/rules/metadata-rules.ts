import { FieldProblem } from '../../common/domain.error';
import { Limits } from '../../config/app-config';
import { jsonOutline } from './json-outline';
import { jsonProblem } from './json-rules';
import { JsonObject } from '../memory';

export type MetadataLimits = Pick<Limits, 'metadataBytes' | 'metadataKeys' | 'metadataDepth'>;

/** The first thing that keeps metadata from being stored, or undefined. */
export function metadataProblem(
  metadata: JsonObject,
  limits: MetadataLimits,
  field: string,
): FieldProblem | undefined {
  // What is far too large is not walked through, and what is bottomless is not made into JSON.
  return (
    outlineProblem(metadata, limits, field) ??
    jsonProblem(metadata, field, limits.metadataDepth) ??
    bytesProblem(metadata, limits, field)
  );
}

/** Whether metadata that may be stored is too large. */
export function metadataSizeProblem(
  metadata: JsonObject,
  limits: MetadataLimits,
  field: string,
): FieldProblem | undefined {
  return outlineProblem(metadata, limits, field) ?? bytesProblem(metadata, limits, field);
}

/** Metadata that needs no close look to be too large. */
function outlineProblem(
  metadata: JsonObject,
  limits: MetadataLimits,
  field: string,
): FieldProblem | undefined {
  const { metadataBytes, metadataKeys, metadataDepth } = limits;
  const most = { keys: metadataKeys, bytes: metadataBytes };
  const { keys, bytes } = jsonOutline(metadata, most, metadataDepth);
  if (keys > metadataKeys)
    return { field, reason: `must have at most ${metadataKeys} keys, those of nested objects included` };
  return bytes > metadataBytes ? tooManyBytes(field, limits) : undefined;
}

function bytesProblem(metadata: JsonObject, limits: MetadataLimits, field: string): FieldProblem | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(metadata), 'utf8');
  return bytes > limits.metadataBytes ? tooManyBytes(field, limits) : undefined;
}

function tooManyBytes(field: string, { metadataBytes }: MetadataLimits): FieldProblem {
  return { field, reason: `must have at most ${metadataBytes} bytes as JSON` };
}
