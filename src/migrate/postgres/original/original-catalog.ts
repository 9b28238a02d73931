import { StartupError } from '../../../common/startup.error';
import type { Limits } from '../../../config/app-config';
import type { Project } from '../../../memory/memory';
import { isProjectName } from '../../../memory/imported-memory';
import type { Ask } from './original-server';

/** A user of the original, and what there was of theirs when it was looked. */
export interface OriginalUser {
  readonly id: number;
  readonly name: string;
  readonly projects: readonly Project[];
  readonly memories: number;
  /** The highest id among them; '0' where there are none. */
  readonly lastId: string;
}

export interface OriginalCatalog {
  /** In the order of their ids. */
  readonly users: readonly OriginalUser[];
  /** Memories of nobody, or of users who are not there. */
  readonly ownerless: number;
}

/** What is read of the original's tables. They are in `public`, also where `wisdom_memory` is in the same database. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  users: ['id', 'username'],
  projects: ['id', 'name', 'user_id'],
  sessions: ['id', 'session_number'],
  memories: ['id', 'content', 'embedding', 'session_id', 'project_id', 'user_id', 'meta_data', 'created_at'],
};

const TABLES = Object.keys(COLUMNS).map((table) => `'${table}'`);

/**
 * Who has how much.
 *
 * @param place for people.
 * @throws StartupError where the tables are not those of the original.
 */
export async function readCatalog(ask: Ask, place: string, limits: Limits): Promise<OriginalCatalog> {
  await checkShape(ask, place);
  const users = await ask<{ id: string; username: string | null }>(
    'select id::text, username from public.users order by users.id',
  );
  const projects = await ask<{ user_id: string; projects: Project[] }>(
    `select user_id::text, json_agg(json_build_object('id', id, 'name', name) order by id) as projects
     from public.projects group by user_id`,
  );
  const counts = await ask<{ user_id: string | null; memories: string; last_id: string }>(
    'select user_id::text, count(*) as memories, max(id)::text as last_id from public.memories group by user_id',
  );
  const projectsOf = new Map(projects.map((owner) => [owner.user_id, owner.projects]));
  const countOf = new Map(counts.map((count) => [count.user_id, count]));
  const known = users.map(({ id, username }) => ({
    id: Number(id),
    // As the service calls others who have none.
    name: username || `user-${id}`,
    projects: (projectsOf.get(id) ?? []).filter((project) => isProjectName(project.name, limits)),
    memories: Number(countOf.get(id)?.memories ?? 0),
    lastId: countOf.get(id)?.last_id ?? '0',
  }));
  const all = counts.reduce((sum, { memories }) => sum + Number(memories), 0);
  return { users: known, ownerless: known.reduce((rest, { memories }) => rest - memories, all) };
}

async function checkShape(ask: Ask, place: string): Promise<void> {
  const found = await ask<{ table_name: string; column_name: string; type: string }>(
    `select relname as table_name, attname as column_name, typname as type
     from pg_attribute
     join pg_class on pg_class.oid = attrelid
     join pg_type on pg_type.oid = atttypid
     where relnamespace = to_regnamespace('public') and relname in (${TABLES.join(', ')})
       and attnum > 0 and not attisdropped`,
  );
  const has = (table: string, column?: string) =>
    found.some((one) => one.table_name === table && (column ?? one.column_name) === one.column_name);
  const missing = Object.entries(COLUMNS).flatMap(([table, columns]) =>
    has(table)
      ? columns.filter((column) => !has(table, column)).map((column) => `the column ${table}.${column}`)
      : [`the table ${table}`],
  );
  if (missing.length > 0)
    throw new StartupError(
      `${place} is not a database of the original: in its schema public there is not ${missing.join(', ')}. ` +
        'Correct --from.',
    );
  const { type } = found.find((one) => one.table_name === 'memories' && one.column_name === 'embedding')!;
  if (type !== 'vector')
    throw new StartupError(
      `The vectors at ${place} cannot be read: memories.embedding is of the type ${type}, not vector.`,
    );
}
