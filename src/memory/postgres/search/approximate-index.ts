import type { ClientBase } from 'pg';
import type { Statements } from '../database/pipelined-transaction';

/** The approximate index over one tenant's vectors of one model: HNSW, partial, so that small tenants pay nothing. */
export interface ApproximateIndex {
  readonly name: string;
  readonly userId: number;
  readonly modelId: number;
  /** False of one that is being built or whose building broke off: searches do without it, writes keep it up. */
  readonly valid: boolean;
}

/** A tenant and how many vectors of this service's model it has. */
export interface TenantSize {
  readonly userId: number;
  readonly vectors: number;
}

/** The vector space that indexes are built for. */
export interface VectorSpace {
  readonly modelId: number;
  readonly dimension: number;
}

const NAME = /^memory_vectors_hnsw_(-?\d+)_(\d+)$/;

/** Beside its numbers, at most: 200,000 of 384 dimensions were built within 300 MB. */
const ELEMENT_BYTES = 800;

/** More would be a burden to the server; the index of a larger tenant is built nonetheless, only slower. */
const MOST_BUILD_MEMORY_KB = 1024 * 1024;

/** Every approximate index that there is, whatever its state. */
export async function readApproximateIndexes(connection: ClientBase): Promise<ApproximateIndex[]> {
  const { rows } = await connection.query<{ name: string; valid: boolean }>(
    `select relname as name, indisvalid and indisready as valid
     from pg_index join pg_class on pg_class.oid = indexrelid
     where indrelid = 'wisdom_memory.memory_vectors'::regclass`,
  );
  return rows.flatMap(({ name, valid }) => {
    const [, userId, modelId] = NAME.exec(name) ?? [];
    return userId === undefined ? [] : { name, valid, userId: Number(userId), modelId: Number(modelId) };
  });
}

/** Tenants with more vectors of the model than a number. */
export async function readLargeTenants(
  connection: Statements,
  { modelId }: VectorSpace,
  moreThan: number,
): Promise<TenantSize[]> {
  const { rows } = await connection.query<{ user_id: string; vectors: string }>(
    `select user_id, vectors from wisdom_memory.large_tenants($1::smallint, $2::bigint)`,
    [modelId, moreThan],
  );
  return rows.map(({ user_id, vectors }) => ({ userId: Number(user_id), vectors: Number(vectors) }));
}

/**
 * Builds the index while others read and write. One process builds it: several would share memory under /dev/shm, of
 * which a container has 64 MB, and leave no core for searches.
 *
 * @param owner of the table. If this connection breaks, the server goes on building.
 */
export async function buildApproximateIndex(
  owner: ClientBase,
  { modelId, dimension }: VectorSpace,
  { userId, vectors }: TenantSize,
): Promise<void> {
  for (const number of [modelId, dimension, userId, vectors])
    if (!Number.isSafeInteger(number)) throw new RangeError('Numbers of an index are whole.');
  const memory = Math.ceil((vectors * (2 * dimension + ELEMENT_BYTES)) / 1024) + 64 * 1024;
  await owner.query(`set maintenance_work_mem = '${Math.min(memory, MOST_BUILD_MEMORY_KB)}kB'`);
  await owner.query('set max_parallel_maintenance_workers = 0');
  await owner.query(`
    create index concurrently "memory_vectors_hnsw_${userId}_${modelId}" on wisdom_memory.memory_vectors
    using hnsw ((embedding::halfvec(${dimension})) halfvec_cosine_ops)
    where user_id = ${userId} and model_id = ${modelId}`);
}

export async function dropApproximateIndex(owner: ClientBase, { name }: ApproximateIndex): Promise<void> {
  await owner.query(`drop index concurrently if exists wisdom_memory."${name}"`);
}
