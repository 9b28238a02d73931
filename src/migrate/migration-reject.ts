import { lengthOf } from '../embedding/unit-vector';

/** As much of a memory as decides whether PostgreSQL can keep it. */
export interface Candidate {
  readonly id: string;
  readonly content: string | null;
  readonly metadata: object | null;
  /** Texts that become columns. */
  readonly labels?: readonly (string | null)[];
  /** One per chunk. */
  readonly vectors: readonly Float32Array[];
  /** What its source says is wrong with it. */
  readonly problem?: string;
}

/** Why PostgreSQL cannot keep a record as a memory, or undefined if it can. */
export function rejectReason(candidate: Candidate, dimension: number): string | undefined {
  const { id, content, metadata, labels, vectors, problem } = candidate;
  if (problem !== undefined) return problem;
  for (const vector of vectors) {
    const reason = vectorProblem(vector, dimension);
    if (reason !== undefined) return reason;
  }
  return (
    textProblem(id, 'id') ??
    textProblem(content, 'text') ??
    textProblem(metadata, 'metadata') ??
    textProblem(labels, 'fields')
  );
}

function vectorProblem(vector: Float32Array, dimension: number): string | undefined {
  if (vector.length !== dimension) return `dimension ${vector.length}, expected ${dimension}`;
  // In double precision the squares of single precision neither overflow nor vanish.
  const length = lengthOf(vector);
  if (!Number.isFinite(length)) return 'vector with numbers that are not finite';
  // Cosine similarity to it is undefined.
  return length === 0 ? 'zero vector' : undefined;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** PostgreSQL keeps NUL in neither text nor jsonb, and half of a surrogate pair is no UTF-8. */
function textProblem(value: unknown, place: string): string | undefined {
  if (typeof value === 'string') {
    if (value.includes('\0')) return `NUL in ${place}`;
    return LONE_SURROGATE.test(value) ? `half of a surrogate pair in ${place}` : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const problem = textProblem(key, place) ?? textProblem(inner, place);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
