import { ChromaRecord } from '../chroma-directory/chroma-record';

/** Why PostgreSQL cannot keep a record as a memory, or undefined if it can. */
export function rejectReason(
  { id, document, metadata, vector, problem }: ChromaRecord,
  dimension: number,
): string | undefined {
  if (vector === null) return problem ?? 'no vector';
  if (vector.length !== dimension) return `dimension ${vector.length}, expected ${dimension}`;
  if (!vector.every(Number.isFinite)) return 'vector with numbers that are not finite';
  // Cosine similarity to it is undefined.
  if (vector.every((value) => value === 0)) return 'zero vector';
  // PostgreSQL keeps NUL in neither text nor jsonb.
  if (id.includes(NUL)) return 'NUL in id';
  if (document?.includes(NUL)) return 'NUL in text';
  return metadata !== null && hasNul(metadata) ? 'NUL in metadata' : undefined;
}

const NUL = '\0';

function hasNul(metadata: NonNullable<ChromaRecord['metadata']>): boolean {
  return Object.entries(metadata).some(([key, value]) =>
    [key, ...(Array.isArray(value) ? value : [value])].some(
      (part) => typeof part === 'string' && part.includes(NUL),
    ),
  );
}
