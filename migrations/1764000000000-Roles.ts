import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The roles behind the isolation of tenants. `wm_app` is what every tenant transaction becomes: row-level security holds
 * for it whoever logged in, superusers included. `wm_definer` owns the functions that read around a policy, nothing else.
 */
export class Roles1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const role of ['wm_app', 'wm_definer']) {
      await runner.query(createRole(role));
      await runner.query(joinRole(role));
    }
    await runner.query(`grant usage on schema wisdom_memory to wm_app, wm_definer`);
    await runner.query(`grant select on wisdom_memory.schema_migrations to wm_app`);
  }

  /** The roles stay: they belong to the server, and another of its databases may use them. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`revoke select on wisdom_memory.schema_migrations from wm_app`);
    await runner.query(`revoke usage on schema wisdom_memory from wm_app, wm_definer`);
  }
}

/** Another database of the same server may be creating the role at this moment. */
function createRole(role: string): string {
  return `
    do $$ begin
      if not exists (select from pg_roles where rolname = '${role}') then
        create role ${role} nologin nosuperuser nobypassrls;
      end if;
    exception when duplicate_object or unique_violation then null;
    end $$`;
}

/** Needed to become the role and to give it functions. From PostgreSQL 16 on, having created a role is not enough. */
function joinRole(role: string): string {
  return `
    do $$ begin
      if not pg_has_role(current_user, '${role}',
          case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) then
        execute format('grant ${role} to %I', current_user);
      end if;
    end $$`;
}
