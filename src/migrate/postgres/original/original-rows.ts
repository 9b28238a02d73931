import type { BinaryRow } from './binary-rows';
import type { OriginalUser } from './original-catalog';
import type { OriginalRow } from './original-record';

/**
 * What `rowOf` reads: a user's memories by id, behind one, up to the last that was there.
 *
 * Looked up row by row, session and project leave the rows in the order of their index.
 */
export function rowsQuery({ id, lastId }: OriginalUser, after: string): string {
  return `
    select memory.id::text, memory.content::text, memory.embedding, memory.meta_data::text,
           (select session_number::text from public.sessions where sessions.id = memory.session_id),
           (select name::text from public.projects where projects.id = memory.project_id),
           memory.created_at::text
    from public.memories as memory
    where memory.user_id = ${id} and memory.id > ${BigInt(after)} and memory.id <= ${BigInt(lastId)}
    order by memory.id`;
}

export function rowOf(row: BinaryRow): OriginalRow {
  const [id, content, vector, metadata, sessionNumber, project, createdAt] = row;
  return {
    id: textOf(id)!,
    content: textOf(content),
    vector: vector ? vectorOf(vector) : null,
    metadata: textOf(metadata),
    sessionNumber: sessionNumber ? Number(textOf(sessionNumber)) : null,
    project: textOf(project),
    createdAt: textOf(createdAt),
  };
}

/** Of pgvector's binary format: dimension and a field of zeros, two bytes each. */
const VECTOR_HEADER_BYTES = 4;

/** A `vector` as pgvector sends it: behind the header a float each, the high byte first. */
function vectorOf(sent: Buffer): Float32Array {
  // A copy in memory of its own, where floats may begin. Number by number it takes three times as long.
  const { buffer } = new Uint8Array(sent.subarray(VECTOR_HEADER_BYTES));
  Buffer.from(buffer).swap32();
  return new Float32Array(buffer);
}

function textOf(column: Buffer | null | undefined): string | null {
  return column?.toString('utf8') ?? null;
}
