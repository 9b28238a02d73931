import { existsSync } from 'node:fs';
import { StartupError } from '../../common/startup.error';
import { EmbeddingModel, fingerprintOf } from '../../embedding/embedder';
import type { DatabaseConfig, Limits } from '../../config/app-config';
import type { Clock } from '../../memory/memory-backend';
import { refuseOtherModels } from '../../memory/postgres/embedding-models';
import type { SourceCollection } from '../migration-source';
import type { PreviewTarget } from '../migration-target';
import type { OnConflict } from '../migration-run';
import { asTenant, ImportConnection } from './import-connection';
import { refuseTakenUsers } from './import-owners';
import { PreviewSink } from './preview-sink';

/** PostgreSQL as a dry run sees it: every transaction is read-only, and no schema is made. */
export class PostgresPreview implements PreviewTarget {
  private readonly connection: ImportConnection;
  private hasSchema = false;

  constructor(
    private readonly config: DatabaseConfig,
    private readonly limits: Pick<Limits, 'externalIdBytes'>,
    private readonly clock: Clock,
  ) {
    this.connection = new ImportConnection(config, () => undefined);
  }

  get description(): string {
    return this.connection.description;
  }

  async open(model: EmbeddingModel): Promise<void> {
    // To open an embedded database that is not there would make it.
    if (this.connection.host.embedded && !existsSync(this.config.url!.replace(/^pglite:/, ''))) return;
    const schema = await this.connection.openReadOnly();
    if (schema === 'older')
      throw new StartupError(
        "The database's schema is older than this version, and a dry run brings nothing up to date: npm run migration:run",
      );
    this.hasSchema = schema === 'current';
    if (this.hasSchema) await this.refuseOtherModels(fingerprintOf(model));
  }

  async refuseTakenUsers(collections: readonly SourceCollection[]): Promise<void> {
    if (!this.hasSchema) return;
    await this.connection.transaction((connection) => refuseTakenUsers(connection, collections));
  }

  sink(onConflict: OnConflict, userIds: readonly number[]): PreviewSink {
    const { externalIdBytes } = this.limits;
    const options = { onConflict, clock: this.clock, externalIdBytes, userIds };
    return new PreviewSink(this.hasSchema ? this.connection : undefined, options);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private async refuseOtherModels(fingerprint: string): Promise<void> {
    await this.connection.transaction(async (connection) => {
      const { rows } = await connection.query<{ id: number }>(
        `select id from wisdom_memory.embedding_models where fingerprint = $1`,
        [fingerprint],
      );
      // Ids of models begin with 1.
      const id = rows[0]?.id ?? 0;
      await asTenant(connection, undefined, () => refuseOtherModels(connection, id, fingerprint));
    });
  }
}
