import { Project, ProjectSummary } from '../memory';
import { fieldConditions } from './search/filter-sql';
import { SqlParameters } from './sql-parameters';
import { ensureTenant, lockTenant } from './store-memories';
import { rowsOf, TenantContext } from './tenant-context';

export async function findProject(
  tenant: TenantContext,
  by: { readonly name: string } | { readonly id: number },
): Promise<Project | undefined> {
  const [column, type, value] = 'name' in by ? ['name', 'text', by.name] : ['id', 'bigint', by.id];
  const [project] = await rowsOf<Project & { id: number }>(
    tenant,
    `select id, name from wisdom_memory.projects where user_id = $1::bigint and ${column} = $2::${type}`,
    [tenant.userId, value],
  );
  return project;
}

/** Ids count from 1 for each user, so that they tell nothing about others. */
export async function ensureProject(tenant: TenantContext, name: string): Promise<Project> {
  const existing = await findProject(tenant, { name });
  if (existing) return existing;
  await ensureTenant(tenant);
  await lockTenant(tenant, 'projects');
  await tenant.connection.query(
    `insert into wisdom_memory.projects (user_id, id, name)
     select $1::bigint, coalesce(max(id), 0) + 1, $2::text from wisdom_memory.projects where user_id = $1::bigint
     on conflict (user_id, name) do nothing`,
    [tenant.userId, name],
  );
  return (await findProject(tenant, { name }))!;
}

export async function listProjects(tenant: TenantContext): Promise<ProjectSummary[]> {
  const parameters = new SqlParameters();
  const live = fieldConditions(tenant.userId, {}, tenant.now, 'memory', parameters);
  const rows = await rowsOf<Project & { memories: string }>(
    tenant,
    `select project.id, project.name, count(memory.id) as memories
     from wisdom_memory.projects as project
     left join wisdom_memory.memories as memory on memory.project_id = project.id and ${live.join(' and ')}
     where project.user_id = ${parameters.add(tenant.userId, 'bigint')}
     group by project.id, project.name
     order by project.name`,
    parameters.values,
  );
  return rows.map(({ id, name, memories }) => ({ id, name, memories: Number(memories) }));
}
