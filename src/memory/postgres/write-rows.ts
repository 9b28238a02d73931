import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { JsonValue, Memory } from '../memory';
import { STORED_COLUMNS, StoredColumn, storedValues, vectorText } from './stored-row';
import { TenantContext } from './tenant-context';

/** A memory with its vectors, one per chunk. */
export interface MemoryRows {
  readonly memory: Memory;
  readonly vectors: readonly Float32Array[];
}

/**
 * From so many vectors on, COPY into a staging table is worth its statements: 500 took 42 ms instead of 105.
 * COPY itself is refused under row-level security.
 */
const COPY_FROM = 50;

const COLUMNS = Object.keys(STORED_COLUMNS) as StoredColumn[];
const COLUMN_TYPES = Object.entries(STORED_COLUMNS).map(([name, type]) => `${name} ${type}`);
const VECTOR_TYPES = ['memory_id uuid', 'chunk smallint', 'embedding halfvec'];

/** Writes memories that are new, or replaces those of the same id; the vectors of the replaced ones are replaced. */
export async function writeRows(tenant: TenantContext, rows: readonly MemoryRows[]): Promise<void> {
  const memories = rows.map(({ memory }) => storedValues(memory));
  const vectors = rows.flatMap(({ memory, vectors }) =>
    vectors.map((vector, chunk) => ({ memory_id: memory.id, chunk, embedding: vectorText(vector) })),
  );
  if (tenant.copies && vectors.length >= COPY_FROM) {
    await stage(tenant, 'staged_memories', COLUMN_TYPES, memories);
    await stage(tenant, 'staged_vectors', VECTOR_TYPES, vectors);
    await insertMemories(tenant, 'pg_temp.staged_memories as staged', []);
    await insertVectors(tenant, 'pg_temp.staged_vectors as staged', []);
  } else {
    await insertMemories(tenant, recordset(2, COLUMN_TYPES), [JSON.stringify(memories)]);
    if (vectors.length > 0)
      await insertVectors(tenant, recordset(3, VECTOR_TYPES), [JSON.stringify(vectors)]);
  }
}

export async function deleteVectors(tenant: TenantContext, memoryIds: readonly string[]): Promise<void> {
  await tenant.connection.query(
    `delete from wisdom_memory.memory_vectors
     where user_id = $1::bigint and model_id = $2::smallint and memory_id = any($3::uuid[])`,
    [tenant.userId, tenant.modelId, memoryIds],
  );
}

/** Makes the copies of a memory's fields beside its vectors what they are in the memory. */
export async function copyFieldsToVectors(tenant: TenantContext, memoryId: string): Promise<void> {
  await tenant.connection.query(
    `update wisdom_memory.memory_vectors as vector
     set ${COPIED.map((column) => `${column} = memory.${column}`).join(', ')}
     from wisdom_memory.memories as memory
     where vector.user_id = $1::bigint and vector.model_id = $2::smallint and vector.memory_id = $3::uuid
       and memory.user_id = vector.user_id and memory.id = vector.memory_id
       and (${COPIED.map((column) => `vector.${column}`).join(', ')})
           is distinct from (${COPIED.map((column) => `memory.${column}`).join(', ')})`,
    [tenant.userId, tenant.modelId, memoryId],
  );
}

/** What a search filters by, kept beside every vector. */
const COPIED = [
  'project_id',
  'session_id',
  'session_type',
  'agent_id',
  'speaker',
  'content_type',
  'occurred_at',
  'expires_at',
] as const satisfies readonly StoredColumn[];

async function insertMemories(tenant: TenantContext, source: string, values: unknown[]): Promise<void> {
  const replaced = COLUMNS.filter((column) => column !== 'id').map(
    (column) => `${column} = excluded.${column}`,
  );
  await tenant.connection.query(
    `insert into wisdom_memory.memories (user_id, ${COLUMNS.join(', ')})
     select $1::bigint, ${COLUMNS.map((column) => `staged.${column}`).join(', ')} from ${source}
     on conflict (user_id, id) do update set ${replaced.join(', ')}`,
    [tenant.userId, ...values],
  );
}

async function insertVectors(tenant: TenantContext, source: string, values: unknown[]): Promise<void> {
  await tenant.connection.query(
    `insert into wisdom_memory.memory_vectors (user_id, model_id, memory_id, chunk, embedding, ${COPIED.join(', ')})
     select $1::bigint, $2::smallint, staged.memory_id, staged.chunk, staged.embedding,
            ${COPIED.map((column) => `memory.${column}`).join(', ')}
     from ${source}
     join wisdom_memory.memories as memory on memory.user_id = $1::bigint and memory.id = staged.memory_id`,
    [tenant.userId, tenant.modelId, ...values],
  );
}

function recordset(parameter: number, columns: readonly string[]): string {
  return `json_to_recordset($${parameter}::json) as staged(${columns.join(', ')})`;
}

/** A table that only this transaction sees rows in; it stays with the connection, empty. */
async function stage(
  { connection }: TenantContext,
  table: string,
  columns: readonly string[],
  rows: readonly Record<string, JsonValue>[],
): Promise<void> {
  await connection.query(
    `create temp table if not exists ${table} (${columns.join(', ')}) on commit delete rows`,
  );
  const target = connection.query(copyFrom(`copy pg_temp.${table} from stdin`));
  await pipeline(Readable.from(rows.map(copyLine)), target);
}

/** A row in the text format of COPY. */
function copyLine(row: Record<string, JsonValue>): string {
  return `${Object.values(row).map(copyText).join('\t')}\n`;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyText(value: JsonValue): string {
  if (value === null) return '\\N';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!);
}
