import { existsSync } from 'node:fs';
import { UsageError } from '../../cli/exit-code';
import type { DatabaseConfig } from '../../config/app-config';
import type { MigrationRun } from '../migration-run';
import { ImportConnection } from './import-connection';
import { ImportRuns } from './import-runs';

/** The records of past runs, only looked at. */
export class ImportHistory {
  private readonly connection: ImportConnection;

  constructor(private readonly config: DatabaseConfig) {
    this.connection = new ImportConnection(config, () => undefined);
  }

  /**
   * Looks for a run, or for any, before the database is changed: the wrong one may have been named.
   *
   * @throws UsageError where there is none.
   */
  async require(runId: string | undefined): Promise<void> {
    const { runs } = await this.read();
    if (runId === undefined ? runs.length > 0 : runs.some(({ id }) => id === runId)) return;
    const which = runId === undefined ? 'run' : `run ${runId}`;
    throw new UsageError(
      `There is no ${which} in ${this.connection.description}: migrate-runs lists them. Nothing was done.`,
    );
  }

  /**
   * The newest first; none where the database never had any. A run that is `isUnderWay` belongs to a process that works.
   *
   * @throws StartupError where the database cannot be used.
   */
  async read(): Promise<{ readonly runs: readonly MigrationRun[]; readonly isUnderWay: boolean }> {
    // To open an embedded database that is not there would make it.
    if (this.connection.host.embedded && !existsSync(this.config.url!.replace(/^pglite:/, '')))
      return { runs: [], isUnderWay: false };
    try {
      await this.connection.openReadOnly();
      const [schema] = await this.connection.query<{ there: boolean }>(
        `select to_regclass('wisdom_memory.import_collections') is not null as there`,
      );
      const runs = schema!.there ? await new ImportRuns(this.connection).list() : [];
      return { runs, isUnderWay: await this.connection.isLocked() };
    } finally {
      await this.connection.close();
    }
  }
}
