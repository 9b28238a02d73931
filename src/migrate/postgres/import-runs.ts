import { v7 as uuidv7 } from 'uuid';
import type { JsonObject } from '../../memory/memory';
import type { CollectionProgress, MigrationRun, RunOptions, RunState } from '../migration-run';
import type { NewRun } from '../migration-target';
import type { ImportConnection } from './import-connection';

interface RunRow {
  readonly id: string;
  readonly kind: string;
  readonly source: string;
  readonly state: RunState;
  readonly options: RunOptions;
  readonly rejects_file: string;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly report: JsonObject;
  readonly collections: readonly CollectionProgress[];
}

/** The records of runs. Only the owner reaches them. */
export class ImportRuns {
  constructor(private readonly connection: ImportConnection) {}

  async start({ kind, source, options, rejectsFile }: NewRun, now: Date): Promise<MigrationRun> {
    const id = uuidv7();
    await this.connection.query(
      `insert into wisdom_memory.import_runs (id, kind, source, state, options, rejects_file, started_at)
       values ($1, $2, $3, 'running', $4, $5, $6)`,
      [id, kind, source, options, rejectsFile(id), now],
    );
    return (await this.find(id))!;
  }

  async find(id: string): Promise<MigrationRun | undefined> {
    return (await this.select('where run.id = $1::uuid', [id]))[0];
  }

  /** The newest first. */
  async unfinished(kind: string, source: string): Promise<MigrationRun[]> {
    return this.select(
      `where run.kind = $1 and run.source = $2 and run.state in ('running', 'interrupted')
       order by run.id desc`,
      [kind, source],
    );
  }

  async setState(id: string, state: RunState, finishedAt: Date | null): Promise<void> {
    await this.connection.query(
      `update wisdom_memory.import_runs set state = $2, finished_at = $3 where id = $1::uuid`,
      [id, state, finishedAt],
    );
  }

  /** All of them, the newest first. */
  list(): Promise<MigrationRun[]> {
    return this.select('order by run.id desc', []);
  }

  async note(id: string, part: string, value: JsonObject): Promise<void> {
    await this.connection.query(
      `update wisdom_memory.import_runs set report = coalesce(report, '{}') || jsonb_build_object($2::text, $3::jsonb)
       where id = $1::uuid`,
      [id, part, JSON.stringify(value)],
    );
  }

  private async select(condition: string, values: unknown[]): Promise<MigrationRun[]> {
    const rows = await this.connection.query<RunRow>(
      `select run.id, run.kind, run.source, run.state, run.options, run.rejects_file, run.started_at, run.finished_at,
              coalesce(run.report, '{}') as report,
              coalesce((select jsonb_agg(part.progress order by part.ordinal)
                        from wisdom_memory.import_collections as part where part.run_id = run.id), '[]') as collections
       from wisdom_memory.import_runs as run ${condition}`,
      values,
    );
    return rows.map(({ rejects_file, started_at, finished_at, ...run }) => ({
      ...run,
      rejectsFile: rejects_file,
      startedAt: started_at,
      finishedAt: finished_at,
    }));
  }
}
