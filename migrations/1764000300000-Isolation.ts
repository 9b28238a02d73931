import { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables that hold what belongs to a tenant; `wm_app` reaches these and no other. */
const TENANT_TABLES = ['projects', 'memories', 'memory_vectors', 'import_undo'];

/**
 * The tenant of the transaction. Without `nullif` a connection on which the setting once existed fails on the empty
 * text it is left with; inside a `(select ...)` the planner loses the estimate.
 */
const TENANT = `nullif(current_setting('app.user_id', true), '')::bigint`;

/** Row-level security: `wm_app` sees the rows of the transaction's tenant, and none without one. */
export class Isolation1764000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TENANT_TABLES) {
      await runner.query(`alter table wisdom_memory.${table} enable row level security`);
      // Force: the owner of the tables sees nothing either, unless it names a tenant.
      await runner.query(`alter table wisdom_memory.${table} force row level security`);
      await runner.query(`
        create policy tenant on wisdom_memory.${table}
          using (user_id = ${TENANT}) with check (user_id = ${TENANT})`);
      await runner.query(`grant select, insert, update, delete on wisdom_memory.${table} to wm_app`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TENANT_TABLES) {
      await runner.query(`revoke all on wisdom_memory.${table} from wm_app`);
      await runner.query(`drop policy tenant on wisdom_memory.${table}`);
      await runner.query(`alter table wisdom_memory.${table} no force row level security`);
      await runner.query(`alter table wisdom_memory.${table} disable row level security`);
    }
  }
}
