import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Users, projects and memories. Every key of a tenant's table begins with `user_id`, so that the tables can be
 * partitioned or distributed by it. Text that is compared has collation "C", which is code point order in UTF-8.
 */
export class Memories1764000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table wisdom_memory.users (
        id bigint not null,
        name text collate "C" not null,
        created_at timestamptz(3) not null default now(),
        constraint users_pkey primary key (id),
        constraint users_name_key unique (name)
      )`);
    await runner.query(`
      create table wisdom_memory.projects (
        user_id bigint not null,
        id integer not null,
        name text collate "C" not null,
        created_at timestamptz(3) not null default now(),
        constraint projects_pkey primary key (user_id, id),
        constraint projects_name_key unique (user_id, name),
        constraint projects_user_fkey foreign key (user_id) references wisdom_memory.users (id)
      )`);
    await runner.query(`
      create table wisdom_memory.import_runs (
        id uuid not null,
        source text not null,
        state text not null,
        checkpoint jsonb not null default '{}',
        statistics jsonb not null default '{}',
        started_at timestamptz(3) not null default now(),
        finished_at timestamptz(3),
        constraint import_runs_pkey primary key (id)
      )`);
    await runner.query(MEMORIES);
    for (const index of INDEXES) await runner.query(index);
    await runner.query(`
      create table wisdom_memory.import_undo (
        user_id bigint not null,
        run_id uuid not null,
        memory_id uuid not null,
        before jsonb,
        constraint import_undo_pkey primary key (user_id, run_id, memory_id),
        constraint import_undo_run_fkey foreign key (run_id) references wisdom_memory.import_runs (id) on delete cascade
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['import_undo', 'memories', 'import_runs', 'projects', 'users'])
      await runner.query(`drop table wisdom_memory.${table}`);
  }
}

/** `characters` counts UTF-16 units as the service does: statistics would otherwise have to read every text. */
const MEMORIES = `
  create table wisdom_memory.memories (
    user_id bigint not null,
    id uuid not null,
    external_id text collate "C",
    project_id integer,
    session_id bigint,
    session_type text collate "C",
    agent_id text collate "C",
    speaker text collate "C",
    content_type text collate "C" not null,
    content text not null,
    content_is_preview boolean not null default false,
    characters integer not null,
    metadata jsonb not null,
    occurred_at timestamptz(3) not null,
    created_at timestamptz(3) not null,
    updated_at timestamptz(3) not null,
    expires_at timestamptz(3),
    import_run_id uuid,
    constraint memories_pkey primary key (user_id, id),
    constraint memories_external_id_key unique (user_id, external_id),
    constraint memories_user_fkey foreign key (user_id) references wisdom_memory.users (id),
    constraint memories_project_fkey foreign key (user_id, project_id) references wisdom_memory.projects (user_id, id),
    constraint memories_import_run_fkey foreign key (import_run_id) references wisdom_memory.import_runs (id)
  )`;

const INDEXES = [
  // With `expires_at` beside the order, live memories are counted in the index alone.
  `create index memories_occurred on wisdom_memory.memories (user_id, occurred_at, id) include (expires_at)`,
  `create index memories_session on wisdom_memory.memories (user_id, session_id, occurred_at, id)
     where session_id is not null`,
  `create index memories_project on wisdom_memory.memories (user_id, project_id, occurred_at, id)
     where project_id is not null`,
  `create index memories_speaker on wisdom_memory.memories (user_id, speaker) where speaker is not null`,
  // What has expired is looked for in every tenant at once.
  `create index memories_expires on wisdom_memory.memories (expires_at) where expires_at is not null`,
  `create index memories_import_run on wisdom_memory.memories (import_run_id) where import_run_id is not null`,
  // btree_gin lets user_id in: a word that is common elsewhere costs a tenant nothing.
  `create index memories_metadata on wisdom_memory.memories using gin (user_id, metadata jsonb_path_ops)`,
];
