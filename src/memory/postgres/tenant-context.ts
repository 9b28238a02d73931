import type { PoolClient, QueryResultRow } from 'pg';

/** What a statement of a tenant is run with, inside its transaction. */
export interface TenantContext {
  readonly connection: PoolClient;
  readonly userId: number;
  /** Of the clock: what has expired by then is not there. */
  readonly now: Date;
  /** The vector space of this service's model. */
  readonly modelId: number;
  /** Whether many rows may come by COPY. */
  readonly copies: boolean;
}

/** The rows of a statement. */
export async function rowsOf<T extends QueryResultRow>(
  { connection }: TenantContext,
  sql: string,
  values: unknown[],
): Promise<T[]> {
  return (await connection.query<T>(sql, values)).rows;
}
