import { MigrationInterface, QueryRunner } from 'typeorm';

const SIGNATURE = 'large_tenants(smallint, bigint)';

/**
 * Which tenants have many vectors of a model, so that each of them can be given an approximate index: `wm_app` learns
 * whose and how many. The indexes themselves come and go while the service runs.
 */
export class LargeTenants1764002000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function wisdom_memory.large_tenants(model smallint, more_than bigint)
      returns table (user_id bigint, vectors bigint)
      language sql stable security definer set search_path = pg_catalog, pg_temp as $$
        select vector.user_id, count(*) from wisdom_memory.memory_vectors as vector
        where vector.model_id = model group by vector.user_id having count(*) > more_than
      $$`);
    await runner.query(`revoke all on function wisdom_memory.${SIGNATURE} from public`);
    await runner.query(`grant execute on function wisdom_memory.${SIGNATURE} to wm_app`);
    // Owning a function in a schema takes CREATE on it, for this moment only.
    await runner.query(`grant create on schema wisdom_memory to wm_definer`);
    await runner.query(`alter function wisdom_memory.${SIGNATURE} owner to wm_definer`);
    await runner.query(`revoke create on schema wisdom_memory from wm_definer`);
  }

  /** An earlier version would keep the indexes up without ever asking them. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop function wisdom_memory.${SIGNATURE}`);
    const indexes = (await runner.query(`
      select format('%I.%I', schemaname, indexname) as name from pg_indexes
      where schemaname = 'wisdom_memory' and indexname like 'memory\\_vectors\\_hnsw\\_%'`)) as {
      name: string;
    }[];
    for (const { name } of indexes) await runner.query(`drop index ${name}`);
  }
}
