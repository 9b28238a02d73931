import { EmbeddingModel } from '../../embedding/embedder';
import type { DatabaseConfig, Limits, MemoryConfig } from '../../config/app-config';
import type { JsonObject } from '../../memory/memory';
import type { Clock } from '../../memory/memory-backend';
import { registerModel } from '../../memory/postgres/embedding-models';
import { readWordRecord, writeWordsBy } from '../../memory/postgres/words/word-record';
import { WordAnalysis } from '../../words/word-analysis';
import type { MigrationRun, RunState } from '../migration-run';
import type { SourceCollection } from '../migration-source';
import type { MigrationSink, MigrationTarget, NewRun } from '../migration-target';
import type { RollbackStore } from '../rollback/rollback';
import type { VerificationTarget } from '../verification/verification';
import { asTenant, ImportConnection } from './import-connection';
import { refuseTakenUsers } from './import-owners';
import { ImportRollback } from './import-rollback';
import { ImportRuns } from './import-runs';
import { ImportSink } from './import-sink';
import { ImportVerification } from './import-verification';

/** What of the service's configuration holds for what is imported. */
export interface ImportSettings {
  readonly limits: Pick<Limits, 'externalIdBytes'>;
  readonly memory: Pick<MemoryConfig, 'textSearchLanguage'>;
}

/** PostgreSQL as the target of a migration. */
export class ImportTarget implements MigrationTarget {
  readonly connection: ImportConnection;
  private readonly runs: ImportRuns;
  private readonly analysis: WordAnalysis;
  private modelId?: number;

  constructor(
    config: DatabaseConfig,
    private readonly settings: ImportSettings,
    private readonly clock: Clock,
    log: (message: string) => void,
  ) {
    this.connection = new ImportConnection(config, log);
    this.runs = new ImportRuns(this.connection);
    this.analysis = new WordAnalysis(settings.memory.textSearchLanguage);
  }

  get description(): string {
    return this.connection.description;
  }

  async open(model: EmbeddingModel): Promise<void> {
    await this.connection.open();
    this.modelId = await this.connection.transaction((connection) =>
      asTenant(connection, undefined, async () => {
        // One that a service has brought into force stays: that service then writes the words.
        if (!(await readWordRecord(connection))) await writeWordsBy(connection, this.analysis.name);
        return registerModel(connection, model);
      }),
    );
  }

  refuseTakenUsers(collections: readonly SourceCollection[]): Promise<void> {
    return this.connection.transaction((connection) => refuseTakenUsers(connection, collections));
  }

  start(run: NewRun): Promise<MigrationRun> {
    return this.runs.start(run, this.clock.now());
  }

  async findUnfinished(kind: string, source: string): Promise<MigrationRun | undefined> {
    return (await this.runs.unfinished(kind, source))[0];
  }

  find(runId: string): Promise<MigrationRun | undefined> {
    return this.runs.find(runId);
  }

  sink(run: MigrationRun): MigrationSink {
    const { modelId, clock } = this;
    if (modelId === undefined) throw new Error('The target is not open.');
    const { externalIdBytes } = this.settings.limits;
    const { analysis } = this;
    return new ImportSink(this.connection, run, { modelId, clock, externalIdBytes, analysis });
  }

  verification(run: MigrationRun): VerificationTarget {
    if (this.modelId === undefined) throw new Error('The target is not open.');
    return new ImportVerification(this.connection, run, this.modelId);
  }

  rollback(run: MigrationRun): RollbackStore {
    return new ImportRollback(this.connection, run);
  }

  note({ id }: MigrationRun, part: string, value: JsonObject): Promise<void> {
    return this.runs.note(id, part, value);
  }

  async setState({ id }: MigrationRun, state: RunState): Promise<void> {
    const isOver = state === 'finished' || state === 'rolled-back';
    await this.runs.setState(id, state, isOver ? this.clock.now() : null);
  }

  async tidy(): Promise<void> {
    for (const table of ['memories', 'memory_vectors'])
      await this.connection.query(`vacuum (analyze) wisdom_memory.${table}`);
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
