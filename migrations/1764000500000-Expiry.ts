import { MigrationInterface, QueryRunner } from 'typeorm';

const SIGNATURE = 'expired_memories(timestamptz, integer)';

/**
 * What has expired, of every tenant, the longest expired first: `wm_app` learns whose and which, nothing else of them,
 * and removes each as its tenant.
 */
export class Expiry1764000500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create function wisdom_memory.expired_memories(moment timestamptz, most integer)
      returns table (user_id bigint, id uuid)
      language sql stable security definer set search_path = pg_catalog, pg_temp as $$
        select memory.user_id, memory.id from wisdom_memory.memories as memory
        where memory.expires_at <= moment order by memory.expires_at limit most
      $$`);
    await runner.query(`revoke all on function wisdom_memory.${SIGNATURE} from public`);
    await runner.query(`grant execute on function wisdom_memory.${SIGNATURE} to wm_app`);
    // Owning a function in a schema takes CREATE on it, for this moment only.
    await runner.query(`grant create on schema wisdom_memory to wm_definer`);
    await runner.query(`alter function wisdom_memory.${SIGNATURE} owner to wm_definer`);
    await runner.query(`revoke create on schema wisdom_memory from wm_definer`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop function wisdom_memory.${SIGNATURE}`);
  }
}
