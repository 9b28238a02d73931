import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The vectors, one row per chunk, with copies of every field that a search filters by. The covering index keeps one
 * tenant's rows side by side and holds all of it, so that exact search reads nothing else.
 */
export class Vectors1764000200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table wisdom_memory.embedding_models (
        id smallint generated always as identity,
        fingerprint text not null,
        name text not null,
        revision text not null,
        dimension integer not null,
        pooling text not null,
        normalised boolean not null,
        dtype text not null,
        created_at timestamptz(3) not null default now(),
        constraint embedding_models_pkey primary key (id),
        constraint embedding_models_fingerprint_key unique (fingerprint)
      )`);
    await runner.query(VECTORS);
    // A vector belongs beside its row and whole in the index: never compressed, never moved out of line.
    await runner.query(`alter table wisdom_memory.memory_vectors alter column embedding set storage plain`);
    await runner.query(`alter table wisdom_memory.memory_vectors set (${VACUUM_SETTINGS})`);
    await runner.query(`alter table wisdom_memory.memories set (${VACUUM_SETTINGS})`);
    await runner.query(`
      create index memory_vectors_search on wisdom_memory.memory_vectors (user_id, model_id)
        include (memory_id, chunk, project_id, session_id, session_type, agent_id, speaker, content_type,
                 occurred_at, expires_at, embedding)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table wisdom_memory.memory_vectors`);
    await runner.query(`drop table wisdom_memory.embedding_models`);
  }
}

/** No dimension on `embedding`: models may change. The key leads from a memory to its vectors, as a deletion does. */
const VECTORS = `
  create table wisdom_memory.memory_vectors (
    user_id bigint not null,
    model_id smallint not null,
    memory_id uuid not null,
    chunk smallint not null,
    project_id integer,
    session_id bigint,
    session_type text collate "C",
    agent_id text collate "C",
    speaker text collate "C",
    content_type text collate "C" not null,
    occurred_at timestamptz(3) not null,
    expires_at timestamptz(3),
    embedding halfvec not null,
    constraint memory_vectors_pkey primary key (user_id, memory_id, model_id, chunk),
    constraint memory_vectors_memory_fkey foreign key (user_id, memory_id)
      references wisdom_memory.memories (user_id, id) on delete cascade,
    constraint memory_vectors_model_fkey foreign key (model_id) references wisdom_memory.embedding_models (id)
  )`;

/**
 * An index-only scan reads the table for every page that is not known to be visible: 30 % of other tenants' rows
 * updated made 16 ms 27. So vacuum comes after a number of rows, not after a share of a growing table.
 */
const VACUUM_SETTINGS = `
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000`;
