import { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a migration from elsewhere needs to go on where it was broken off, and to be taken back: its options, how far each
 * collection is, and which users, projects and memories are its own (docs/adr/0010-how-a-migration-runs.md). Nothing wrote
 * to these tables before.
 */
export class ImportRuns1764001000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table wisdom_memory.import_runs
        drop column checkpoint,
        drop column statistics,
        add column kind text not null,
        add column options jsonb not null default '{}',
        add column rejects_file text,
        add column report jsonb`);
    await runner.query(`
      create table wisdom_memory.import_collections (
        run_id uuid not null,
        key text collate "C" not null,
        ordinal integer not null,
        progress jsonb not null,
        constraint import_collections_pkey primary key (run_id, key),
        constraint import_collections_run_fkey foreign key (run_id)
          references wisdom_memory.import_runs (id) on delete cascade
      )`);
    // `updated_at` as the run wrote it: where the two differ, the memory was changed since.
    await runner.query(`alter table wisdom_memory.memories add column import_updated_at timestamptz(3)`);
    for (const table of ['users', 'projects'])
      await runner.query(`
        alter table wisdom_memory.${table} add column import_run_id uuid,
          add constraint ${table}_import_run_fkey foreign key (import_run_id) references wisdom_memory.import_runs (id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['users', 'projects'])
      await runner.query(`alter table wisdom_memory.${table} drop column import_run_id`);
    await runner.query(`alter table wisdom_memory.memories drop column import_updated_at`);
    await runner.query(`drop table wisdom_memory.import_collections`);
    await runner.query(`
      alter table wisdom_memory.import_runs
        drop column kind,
        drop column options,
        drop column rejects_file,
        drop column report,
        add column checkpoint jsonb not null default '{}',
        add column statistics jsonb not null default '{}'`);
  }
}
