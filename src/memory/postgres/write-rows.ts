import type { Memory } from '../memory';
import { ChunkVector, textRows, vectorRows } from './copy-rows';
import { runCopyScript } from './copy-script';
import { lexemesText } from './lexemes';
import { SQL_LITERALS, SqlParameters, SqlValues } from './sql-parameters';
import { halfVector } from './search/half-precision';
import { COPIED_COLUMNS, STORED_COLUMNS, StoredColumn, storedValues, vectorText } from './stored-row';
import { rowsOf, rowsOfKept, TenantContext } from './tenant-context';

/** A memory with its vectors, one per chunk. */
export interface MemoryRows {
  readonly memory: Memory;
  readonly vectors: readonly Float32Array[];
}

/**
 * From so many vectors on, COPY is worth the statements that it takes: 20 took 55 ms either way on a busy machine of two
 * cores, 50 took 94 instead of 132 ms, and half of the service's own CPU time from 75 on.
 */
export const COPY_FROM = 30;

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

/** Where the rows to write are: relations, whose values are added to the statement's. */
interface Staged {
  readonly memories: (values: SqlValues) => string;
  readonly vectors: (values: SqlValues) => string;
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
  const copies = tenant.copies && vectorsOf(rows) >= COPY_FROM;
  await (copies ? writeByCopy(tenant, rows, importRunId) : writeByValues(tenant, rows, importRunId));
}

/** How many there are in all. */
export function vectorsOf(rows: readonly Pick<MemoryRows, 'vectors'>[]): number {
  return rows.reduce((sum, { vectors }) => sum + vectors.length, 0);
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

/** Few rows, or many where there is no COPY. All is asked before any of it is answered. */
async function writeByValues(
  tenant: TenantContext,
  rows: readonly MemoryRows[],
  importRunId: string | undefined,
): Promise<void> {
  const chunks = [...chunksOf(tenant, rows)];
  const memories = JSON.stringify([...valuesOf(rows)]);
  const staged: Staged = {
    memories: (values) => recordset(memories, `memory(${MEMORY_TYPES.join(', ')})`, values),
    vectors: (values) => (chunks.length < COPY_FROM ? vectorValues : vectorRecordset)(chunks, values),
  };
  // Kept where it is the usual one: for every other number of vectors there is another, and searches would lose their places.
  const made = (isUsual: boolean, statement: (values: SqlValues) => string) => {
    const parameters = new SqlParameters();
    const text = statement(parameters);
    return () => (isUsual ? rowsOfKept : rowsOf)(tenant, text, parameters.values);
  };
  // Both are made before the first is asked: memories are not stored without vectors that could not be written.
  const statements = [
    made(rows.length === 1, (values) => insertMemories(tenant, staged, importRunId, values)),
    ...(chunks.length > 0
      ? [made(chunks.length === 1, (values) => insertVectors(tenant, staged, values))]
      : []),
  ];
  await Promise.all(statements.map((ask) => ask()));
}

function recordset(json: string, alias: string, values: SqlValues): string {
  return `json_to_recordset(${values.add(json, 'json')}) as ${alias}`;
}

/** Value by value, the vectors in binary: as text each takes 0.1 ms here and as much in the server. */
function vectorValues(chunks: readonly ChunkVector[], values: SqlValues): string {
  const rows = chunks.map(({ memoryId, chunk, vector, words }) =>
    [
      values.add(memoryId, 'uuid'),
      values.add(chunk, 'smallint'),
      values.add(halfVector(vector), 'halfvec'),
      values.add(words ? lexemesText(words) : null, 'tsvector'),
    ].join(', '),
  );
  return `(values (${rows.join('), (')})) as vector(memory_id, chunk, embedding, lexemes)`;
}

/** A statement has at most 65,535 values; these are one. */
function vectorRecordset(chunks: readonly ChunkVector[], values: SqlValues): string {
  const vectors = chunks.map(({ memoryId, chunk, vector, words }) => ({
    memory_id: memoryId,
    chunk,
    embedding: vectorText(vector),
    lexemes: words ? lexemesText(words) : null,
  }));
  return recordset(JSON.stringify(vectors), `vector(${VECTOR_TYPES.join(', ')})`, values);
}

/**
 * Many rows: COPY, which row-level security refuses on our tables, into tables that stay with the connection, empty. The
 * words are looked for and the vectors are encoded while the server inserts the memories.
 */
function writeByCopy(
  tenant: TenantContext,
  rows: readonly MemoryRows[],
  importRunId: string | undefined,
): Promise<void> {
  return runCopyScript(tenant.connection, [
    { sql: STAGING },
    { sql: 'copy pg_temp.staged_memories from stdin', rows: textRows(valuesOf(rows)) },
    { sql: insertMemories(tenant, STAGED, importRunId, SQL_LITERALS) },
    {
      sql: 'copy pg_temp.staged_vectors from stdin (format binary)',
      rows: vectorRows(chunksOf(tenant, rows)),
    },
    { sql: insertVectors(tenant, STAGED, SQL_LITERALS) },
  ]);
}

const STAGED: Staged = {
  memories: () => 'pg_temp.staged_memories as memory',
  vectors: () => 'pg_temp.staged_vectors as vector',
};

function* valuesOf(rows: readonly MemoryRows[]): Generator<ReturnType<typeof storedValues>> {
  for (const { memory } of rows) yield storedValues(memory);
}

function* chunksOf({ analysis }: TenantContext, rows: readonly MemoryRows[]): Generator<ChunkVector> {
  for (const { memory, vectors } of rows) {
    const words = analysis?.wordsOf(memory.content, vectors.length);
    for (const [chunk, vector] of vectors.entries())
      yield { memoryId: memory.id, chunk, vector, words: words?.[chunk] };
  }
}

function insertMemories(
  tenant: TenantContext,
  { memories }: Staged,
  importRunId: string | undefined,
  values: SqlValues,
): string {
  const written: string[] = [...COLUMNS];
  const selected = [values.add(tenant.userId, 'bigint'), ...COLUMNS.map((column) => `memory.${column}`)];
  if (importRunId !== undefined) {
    written.push('import_run_id', 'import_updated_at');
    selected.push(values.add(importRunId, 'uuid'), 'memory.updated_at');
  }
  const replaced = written
    .filter((column) => column !== 'id')
    .map((column) => `${column} = excluded.${column}`);
  return `
    insert into wisdom_memory.memories (user_id, ${written.join(', ')})
    select ${selected.join(', ')} from ${memories(values)}
    on conflict (user_id, id) do update set ${replaced.join(', ')}`;
}

/**
 * Joined with what was staged: a join with the table would be planned over the whole tenant. Words of an analysis that is
 * not in force stay unknown (`WordKeeper`).
 */
function insertVectors(tenant: TenantContext, { memories, vectors }: Staged, values: SqlValues): string {
  const analysis = values.add(tenant.analysis?.name ?? '', 'text');
  return `
    insert into wisdom_memory.memory_vectors (user_id, model_id, memory_id, chunk, embedding, lexemes, ${COPIED_COLUMNS.join(', ')})
    select ${values.add(tenant.userId, 'bigint')}, ${values.add(tenant.modelId, 'smallint')},
           vector.memory_id, vector.chunk, vector.embedding,
           case when (select wisdom_memory.words_are_by(${analysis})) then vector.lexemes end,
           ${COPIED_COLUMNS.map((column) => `memory.${column}`).join(', ')}
    from ${vectors(values)} join ${memories(values)} on memory.id = vector.memory_id`;
}
