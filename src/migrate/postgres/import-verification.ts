import type { PoolClient } from 'pg';
import { halfVectors } from '../../memory/postgres/search/half-precision';
import { MEMORY_COLUMNS, MEMORY_TABLES, memoryFromRow, MemoryRow } from '../../memory/postgres/memory-row';
import { searchMemories } from '../../memory/postgres/search/search-memories';
import { timestampText } from '../../memory/postgres/sql-parameters';
import { COPIED_COLUMNS } from '../../memory/postgres/stored-row';
import type { MigrationRun } from '../migration-run';
import type { FoundMemory, FoundNear, Holder, VerificationTarget } from '../verification/verification';
import { asTenant, ImportConnection } from './import-connection';

const ROWS = `
  select ${MEMORY_COLUMNS}, memory.import_run_id is not distinct from $4::uuid as is_of_run,
         memory.updated_at is not distinct from memory.import_updated_at as is_untouched, chunks.*
  from ${MEMORY_TABLES}
  cross join lateral (
    select coalesce(string_agg(halfvec_send(vector.embedding), ''::bytea order by vector.chunk), '') as vectors,
           coalesce(bool_and((${COPIED_COLUMNS.map((column) => `vector.${column}`).join(', ')})
             is not distinct from (${COPIED_COLUMNS.map((column) => `memory.${column}`).join(', ')})), true) as has_true_copies
    from wisdom_memory.memory_vectors as vector
    where vector.user_id = $1::bigint and vector.model_id = $2::smallint and vector.memory_id = memory.id
  ) as chunks
  where memory.user_id = $1::bigint and memory.id = any($3::uuid[])`;

interface FoundRow extends MemoryRow {
  readonly is_of_run: boolean;
  readonly is_untouched: boolean;
  readonly has_true_copies: boolean;
  /** One behind the other, each as pgvector sends it. */
  readonly vectors: Buffer;
}

/** Rows of a run that are as it wrote them, and live. */
const UNTOUCHED = `
  from wisdom_memory.memories as memory
  where memory.user_id = $1::bigint and memory.import_run_id = $2::uuid
    and memory.updated_at = memory.import_updated_at
    and (memory.expires_at is null or memory.expires_at > $3::timestamptz)`;

/** Reads back what a run has written, as the tenant. */
export class ImportVerification implements VerificationTarget {
  constructor(
    private readonly connection: ImportConnection,
    private readonly run: Pick<MigrationRun, 'id'>,
    private readonly modelId: number,
  ) {}

  async find(userId: number, ids: readonly string[]): Promise<Map<string, FoundMemory>> {
    const rows = await this.rows<FoundRow>(userId, ROWS, [userId, this.modelId, ids, this.run.id]);
    return new Map(rows.map((row) => [row.id, foundMemory(userId, row)]));
  }

  async holders(userId: number, externalIds: readonly string[]): Promise<Map<string, Holder>> {
    if (externalIds.length === 0) return new Map();
    const rows = await this.rows<Holder & { readonly externalId: string }>(
      userId,
      `select id, external_id as "externalId", import_run_id as "importRunId" from wisdom_memory.memories
       where user_id = $1::bigint and external_id = any($2::text[])`,
      [userId, externalIds],
    );
    return new Map(rows.map((row) => [row.externalId, row]));
  }

  async countUntouched(userId: number, now: Date): Promise<number> {
    const [row] = await this.rows<{ count: string }>(
      userId,
      `select count(*) ${UNTOUCHED}`,
      this.untouchedOf(userId, now),
    );
    return Number(row!.count);
  }

  async untouchedIds(userId: number, now: Date): Promise<Set<string>> {
    const rows = await this.rows<{ id: string }>(
      userId,
      `select memory.id ${UNTOUCHED}`,
      this.untouchedOf(userId, now),
    );
    return new Set(rows.map(({ id }) => id));
  }

  async nearest(userId: number, vector: Float32Array, limit: number, now: Date): Promise<FoundNear[]> {
    const { hits } = await this.asTenant(userId, (connection) => {
      const tenant = { connection, userId, now, modelId: this.modelId, copies: false };
      // Not by an approximate index: what is proven is that everything is there, not that index.
      return searchMemories(tenant, { vector, filter: {}, limit }, false);
    });
    return hits.map(({ memory, similarity }) => ({ id: memory.id, similarity }));
  }

  private untouchedOf(userId: number, now: Date): unknown[] {
    return [userId, this.run.id, timestampText(now)];
  }

  private rows<T extends object>(userId: number, sql: string, values: unknown[]): Promise<T[]> {
    return this.asTenant(userId, async (connection) => (await connection.query<T>(sql, values)).rows);
  }

  private asTenant<T>(userId: number, work: (connection: PoolClient) => Promise<T>): Promise<T> {
    return this.connection.transaction((connection) => asTenant(connection, userId, () => work(connection)));
  }
}

function foundMemory(userId: number, row: FoundRow): FoundMemory {
  return {
    memory: memoryFromRow(userId, row),
    vectors: halfVectors(row.vectors),
    isOfRun: row.is_of_run,
    isUntouched: row.is_untouched,
    hasTrueCopies: row.has_true_copies,
  };
}
