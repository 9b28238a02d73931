import type { Memory } from '../memory';
import { ChunkVector, copyRows, copyVectors } from './copy-rows';
import { lexemesText } from './lexemes';
import { SqlParameters } from './sql-parameters';
import { COPIED_COLUMNS, STORED_COLUMNS, StoredColumn, storedValues, vectorText } from './stored-row';
import type { TenantContext } from './tenant-context';

/** A memory with its vectors, one per chunk. */
export interface MemoryRows {
  readonly memory: Memory;
  readonly vectors: readonly Float32Array[];
}

/**
 * From so many vectors on, COPY is worth the statements that it takes: 20 took 55 ms either way on a busy machine of two
 * cores, 50 took 94 instead of 132 ms, and half of the service's own CPU time from 75 on.
 */
const COPY_FROM = 30;

const COLUMNS = Object.keys(STORED_COLUMNS) as StoredColumn[];
const MEMORY_TYPES = Object.entries(STORED_COLUMNS).map(([name, type]) => `${name} ${type}`);
const VECTOR_TYPES = ['memory_id uuid', 'chunk smallint', 'embedding halfvec', 'lexemes tsvector'];

/**
 * In one message. The tables are asked for each time, since a pooler may have changed the connection behind ours. Foreign
 * keys keep a plan that was made while a table was nearly empty, which looks through all of a tenant: until the first
 * ANALYZE, 6,000 memories in batches of 100 took 6.7 s instead of 2.6. So plans are made anew.
 */
const STAGING = [
  'discard plans',
  ...Object.entries({ staged_memories: MEMORY_TYPES, staged_vectors: VECTOR_TYPES }).map(
    ([name, types]) => `create temp table if not exists ${name} (${types.join(', ')}) on commit delete rows`,
  ),
].join('; ');

/** Where the rows to write are: each is a relation, whose values it adds to the statement's. */
interface Staged {
  readonly memories: (parameters: SqlParameters) => string;
  readonly vectors: (parameters: SqlParameters) => string;
}

/**
 * Writes memories, replacing those of the same id; of those the earlier vectors must be gone or stay.
 *
 * @param importRunId of the migration that brings them; who wrote a memory before stays noted otherwise.
 */
export async function writeRows(
  tenant: TenantContext,
  rows: readonly MemoryRows[],
  importRunId?: string,
): Promise<void> {
  const chunks = rows.flatMap(({ memory, vectors }) => {
    const words = tenant.analysis?.wordsOf(memory.content, vectors.length);
    return vectors.map((vector, chunk) => ({ memoryId: memory.id, chunk, vector, words: words?.[chunk] }));
  });
  const copies = tenant.copies && chunks.length >= COPY_FROM;
  const staged = copies ? await stagedByCopy(tenant, rows, chunks) : stagedAsJson(rows, chunks);
  await insertMemories(tenant, staged, importRunId);
  if (chunks.length > 0) await insertVectors(tenant, staged);
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
  const columnsOf = (table: string) => COPIED_COLUMNS.map((column) => `${table}.${column}`).join(', ');
  await tenant.connection.query(
    `update wisdom_memory.memory_vectors as vector
     set ${COPIED_COLUMNS.map((column) => `${column} = memory.${column}`).join(', ')}
     from wisdom_memory.memories as memory
     where vector.user_id = $1::bigint and vector.model_id = $2::smallint and vector.memory_id = $3::uuid
       and memory.user_id = vector.user_id and memory.id = vector.memory_id
       and (${columnsOf('vector')}) is distinct from (${columnsOf('memory')})`,
    [tenant.userId, tenant.modelId, memoryId],
  );
}

async function insertMemories(
  tenant: TenantContext,
  { memories }: Staged,
  importRunId: string | undefined,
): Promise<void> {
  const parameters = new SqlParameters();
  const values = [parameters.add(tenant.userId, 'bigint'), ...COLUMNS.map((column) => `memory.${column}`)];
  const written: string[] = [...COLUMNS];
  if (importRunId !== undefined) {
    written.push('import_run_id', 'import_updated_at');
    values.push(parameters.add(importRunId, 'uuid'), 'memory.updated_at');
  }
  const replaced = written
    .filter((column) => column !== 'id')
    .map((column) => `${column} = excluded.${column}`);
  await tenant.connection.query(
    `insert into wisdom_memory.memories (user_id, ${written.join(', ')})
     select ${values.join(', ')} from ${memories(parameters)}
     on conflict (user_id, id) do update set ${replaced.join(', ')}`,
    parameters.values,
  );
}

/** Joined with what was staged: a join with the table would be planned over the whole tenant. */
async function insertVectors(tenant: TenantContext, { memories, vectors }: Staged): Promise<void> {
  const parameters = new SqlParameters();
  await tenant.connection.query(
    `insert into wisdom_memory.memory_vectors (user_id, model_id, memory_id, chunk, embedding, lexemes, ${COPIED_COLUMNS.join(', ')})
     select ${parameters.add(tenant.userId, 'bigint')}, ${parameters.add(tenant.modelId, 'smallint')},
            vector.memory_id, vector.chunk, vector.embedding, vector.lexemes,
            ${COPIED_COLUMNS.map((column) => `memory.${column}`).join(', ')}
     from ${vectors(parameters)} join ${memories(parameters)} on memory.id = vector.memory_id`,
    parameters.values,
  );
}

/** Few rows: each relation is one JSON text. */
function stagedAsJson(rows: readonly MemoryRows[], chunks: readonly ChunkVector[]): Staged {
  const recordset = (values: readonly object[], alias: string, parameters: SqlParameters) =>
    `json_to_recordset(${parameters.add(JSON.stringify(values), 'json')}) as ${alias}`;
  const memories = rows.map(({ memory }) => storedValues(memory));
  const vectors = chunks.map(({ memoryId, chunk, vector, words }) => ({
    memory_id: memoryId,
    chunk,
    embedding: vectorText(vector),
    lexemes: words ? lexemesText(words) : null,
  }));
  return {
    memories: (parameters) => recordset(memories, `memory(${MEMORY_TYPES.join(', ')})`, parameters),
    vectors: (parameters) => recordset(vectors, `vector(${VECTOR_TYPES.join(', ')})`, parameters),
  };
}

/** Many rows: COPY, which row-level security refuses on our tables, into tables that stay with the connection, empty. */
async function stagedByCopy(
  tenant: TenantContext,
  rows: readonly MemoryRows[],
  chunks: readonly ChunkVector[],
): Promise<Staged> {
  await tenant.connection.query(STAGING);
  await copyRows(
    tenant,
    'pg_temp.staged_memories',
    rows.map(({ memory }) => storedValues(memory)),
  );
  await copyVectors(tenant, 'pg_temp.staged_vectors', chunks);
  return {
    memories: () => 'pg_temp.staged_memories as memory',
    vectors: () => 'pg_temp.staged_vectors as vector',
  };
}
