import type { DataSource, QueryRunner } from 'typeorm';
import { StartupError } from '../../../common/startup.error';
import { APP_ROLE } from './schema-names';

const REMEDY = `As a superuser: ALTER ROLE ${APP_ROLE} NOSUPERUSER NOBYPASSRLS; and run the migrations as they are.`;

/**
 * Proves that row-level security is in force for tenants' transactions: `wm_app` with no tenant set must read nothing.
 *
 * @throws StartupError
 */
export async function checkIsolation(service: DataSource): Promise<void> {
  const runner = service.createQueryRunner();
  try {
    await runner.query('begin');
    await becomeAppRole(runner);
    const [proof] = (await runner.query(ISOLATION_PROOF)) as IsolationProof[];
    if (proof!.bypasses) throw notInForce(APP_ROLE, `the role bypasses it. ${REMEDY}`);
    await refuseOpenPolicies(runner);
    if (proof!.reaches)
      throw notInForce(
        APP_ROLE,
        `it can read users or keys themselves. As the owner of the tables: REVOKE ALL ON ${BEYOND_REACH.join(', ')} FROM PUBLIC, ${APP_ROLE};`,
      );
    if (proof!.rows || !proof!.forced)
      throw notInForce(APP_ROLE, `rows are readable with no tenant set, or its policies are off. ${REMEDY}`);
  } finally {
    await runner.query('rollback');
    await runner.release();
  }
}

interface IsolationProof {
  readonly bypasses: boolean;
  readonly rows: boolean;
  readonly forced: boolean;
  readonly reaches: boolean;
}

/** What the app has functions for. */
const BEYOND_REACH = ['wisdom_memory.users', 'wisdom_memory.access_keys'];

const ISOLATION_PROOF = `
  select (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as bypasses,
         exists (select from wisdom_memory.memories) or exists (select from wisdom_memory.memory_vectors) as rows,
         (select count(*) = 4 and bool_and(relrowsecurity and relforcerowsecurity) from pg_class
          where relnamespace = 'wisdom_memory'::regnamespace
            and relname in ('projects', 'memories', 'memory_vectors', 'import_undo')) as forced,
         (select bool_or(has_any_column_privilege(current_user, reached, 'select, insert, update')
                         or has_table_privilege(current_user, reached, 'delete'))
          from unnest('{${BEYOND_REACH.join(',')}}'::text[]) as reached) as reaches`;

/**
 * That no policy shows the current role the rows of any tenant, as one for a role that it is a member of might. Superusers
 * see them anyway.
 *
 * @throws StartupError
 */
export async function refuseOpenPolicies(connection: DataSource | QueryRunner): Promise<void> {
  const [open] = (await connection.query(OPEN_POLICIES)) as { me: string; policies: string[] }[];
  if (open === undefined) return;
  const remedy = open.policies.map((policy) => `DROP POLICY ${policy};`).join(' ');
  throw notInForce(
    open.me,
    `a policy shows it the rows of any tenant. As the owner of the tables: ${remedy}`,
  );
}

const OPEN_POLICIES = `
  select current_user as me, json_agg(format('%I ON %s', polname, polrelid::regclass)) as policies
  from pg_policy join pg_class as relation on relation.oid = polrelid
  where relnamespace = 'wisdom_memory'::regnamespace and polpermissive and polcmd in ('r', '*')
    and exists (select from unnest(polroles) as role where role = 0 or pg_has_role(role, 'USAGE'))
    and pg_get_expr(polqual, polrelid) !~ 'app\\.user_id|runs_as_definer'
    and not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user)
  having count(*) > 0`;

function notInForce(role: string, reason: string): StartupError {
  return new StartupError(`Row-level security is not in force for ${role}: ${reason}`);
}

/** Where sessions do not begin as it already: those of the owner, and those behind a pooler. */
async function becomeAppRole(runner: QueryRunner): Promise<void> {
  try {
    await runner.query(`set local role ${APP_ROLE}`);
  } catch (cause) {
    throw new StartupError(
      `This login may not become ${APP_ROLE} (${(cause as Error).message}). As a superuser: GRANT ${APP_ROLE} TO that login;`,
      { cause },
    );
  }
}
