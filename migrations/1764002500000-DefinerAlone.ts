import { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['memories', 'memory_vectors'];

/**
 * A policy holds for every member of its role, and the owner of the schema is a member of `wm_definer`, or could not give
 * it functions: on PostgreSQL 15, and where a role inherits, the owner saw every tenant's rows. The policies now hold while
 * a function of `wm_definer` runs, whoever is a member.
 */
export class DefinerAlone1764002500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(RUNS_AS_DEFINER);
    await runner.query(`revoke all on function wisdom_memory.runs_as_definer() from public`);
    await runner.query(`grant execute on function wisdom_memory.runs_as_definer() to wm_definer`);
    for (const table of TABLES)
      await runner.query(
        `alter policy definer on wisdom_memory.${table} using (wisdom_memory.runs_as_definer())`,
      );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES)
      await runner.query(`alter policy definer on wisdom_memory.${table} using (true)`);
    await runner.query(`drop function wisdom_memory.runs_as_definer()`);
  }
}

/**
 * Immutable for the planner, which so knows the answer: after a condition that it leaves open, `@>` gets no index (0.2 ms
 * became 33). The answer does not outlive its role: plans under row-level security are made anew for another one.
 */
const RUNS_AS_DEFINER = `
  create function wisdom_memory.runs_as_definer() returns boolean
  language sql immutable return current_user = 'wm_definer'`;
