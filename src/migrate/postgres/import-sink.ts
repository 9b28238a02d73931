import type { PoolClient } from 'pg';
import type { Clock } from '../../memory/memory-backend';
import type { TenantContext } from '../../memory/postgres/tenant-context';
import type { WordAnalysis } from '../../words/word-analysis';
import { DecisionContext, toBeWritten } from '../import-decision';
import type { CollectionProgress, MigrationRun } from '../migration-run';
import type { SourceCollection } from '../migration-source';
import type { BatchOutcome, Created, ImportRecord, MigrationSink } from '../migration-target';
import { findHeld } from './held-memories';
import { importBatch } from './import-batch';
import { asTenant, ImportConnection } from './import-connection';
import { ensureProjects, ensureUser } from './import-owners';

export interface SinkOptions {
  readonly modelId: number;
  readonly clock: Clock;
  readonly externalIdBytes: number;
  /** Of the words that the memories will be found by. */
  readonly analysis: WordAnalysis;
}

/** Writes into the database, a transaction for each batch and its checkpoint. */
export class ImportSink implements MigrationSink {
  /** Ids of the projects of the user who is written to, by name. */
  private projects = new Map<string, number>();
  private userId?: number;
  /** Users who are there for certain. */
  private readonly users = new Set<number>();

  constructor(
    private readonly connection: ImportConnection,
    private readonly run: MigrationRun,
    private readonly options: SinkOptions,
  ) {}

  async begin(collection: SourceCollection, progress: CollectionProgress): Promise<void> {
    const { userId, userName, projects } = collection;
    const ids = await this.connection.transaction(async (connection) => {
      const isNamed = userName !== undefined || projects.length > 0;
      if (isNamed) await ensureUser(connection, this.run.id, userId, userName);
      const made = await asTenant(connection, userId, () =>
        ensureProjects(this.tenant(connection, userId), this.run.id, projects),
      );
      await this.note(connection, progress);
      return made;
    });
    this.remember(userId, ids);
  }

  async wanted(
    collection: SourceCollection,
    records: readonly ImportRecord[],
  ): Promise<readonly ImportRecord[]> {
    const { userId } = collection;
    const context = this.contextOf(collection);
    const { live } = await this.connection.transaction((connection) =>
      asTenant(connection, userId, () => findHeld(this.tenant(connection, userId), records, context)),
    );
    return toBeWritten(records, live, context);
  }

  async write(
    collection: SourceCollection,
    records: readonly ImportRecord[],
    checkpointOf: (outcome: BatchOutcome) => CollectionProgress,
  ): Promise<CollectionProgress> {
    const { userId, userName } = collection;
    const wanted = [...new Set(records.flatMap(({ memory }) => memory.project ?? []))];
    const unknown = wanted
      .filter((project) => !this.projects.has(project))
      .map((project) => ({ name: project }));
    const [progress, ids] = await this.connection.transaction(async (connection) => {
      if (records.length > 0 && !this.users.has(userId))
        await ensureUser(connection, this.run.id, userId, userName);
      const tenant = this.tenant(connection, userId);
      const [outcome, made] = await asTenant(connection, userId, async () => {
        const added = await ensureProjects(tenant, this.run.id, unknown);
        const projects = new Map([...this.projects, ...added]);
        const context = { ...this.contextOf(collection), projects };
        return [await importBatch(tenant, records, context), added] as const;
      });
      const checkpoint = checkpointOf(outcome);
      await this.note(connection, checkpoint);
      return [checkpoint, made] as const;
    });
    this.remember(userId, ids);
    if (records.length > 0) this.users.add(userId);
    return progress;
  }

  async created(userIds: readonly number[]): Promise<Created> {
    const users = await this.connection.query<{ id: string; name: string }>(
      `select id, name from wisdom_memory.users where import_run_id = $1::uuid order by id`,
      [this.run.id],
    );
    const projects: Created['projects'][number][] = [];
    for (const userId of new Set(userIds))
      projects.push(...(await this.projectsMade(userId)).map((name) => ({ userId, name })));
    return { users: users.map(({ id, name }) => ({ id: Number(id), name })), projects };
  }

  private projectsMade(userId: number): Promise<string[]> {
    return this.connection.transaction((connection) =>
      asTenant(connection, userId, async () => {
        const { rows } = await connection.query<{ name: string }>(
          `select name from wisdom_memory.projects where user_id = $1::bigint and import_run_id = $2::uuid order by id`,
          [userId, this.run.id],
        );
        return rows.map(({ name }) => name);
      }),
    );
  }

  /** The collection's checkpoint. As the owner: tenants do not reach it. */
  private async note(connection: PoolClient, progress: CollectionProgress): Promise<void> {
    await connection.query(
      `insert into wisdom_memory.import_collections as part (run_id, key, ordinal, progress)
       select $1::uuid, $2::text, count(*), $3::jsonb from wisdom_memory.import_collections where run_id = $1::uuid
       on conflict (run_id, key) do update set progress = excluded.progress`,
      [this.run.id, progress.key, JSON.stringify(progress)],
    );
  }

  private contextOf({ name }: SourceCollection): DecisionContext {
    const { externalIdBytes } = this.options;
    const { onConflict } = this.run.options;
    return { collection: name, runId: this.run.id, onConflict, externalIdBytes };
  }

  private tenant(connection: PoolClient, userId: number): TenantContext {
    const { modelId, clock, analysis } = this.options;
    const copies = this.connection.mayStage;
    return { connection, userId, now: clock.now(), modelId, copies, analysis };
  }

  private remember(userId: number, projects: ReadonlyMap<string, number>): void {
    if (this.userId !== userId) this.projects = new Map();
    this.userId = userId;
    for (const [name, id] of projects) this.projects.set(name, id);
  }
}
