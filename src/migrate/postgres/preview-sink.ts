import type { Clock } from '../../memory/memory-backend';
import { decide, DecisionContext, HeldMemories, toBeWritten } from '../import-decision';
import type { CollectionProgress, OnConflict } from '../migration-run';
import type { SourceCollection } from '../migration-source';
import type { BatchOutcome, Created, ImportRecord, MigrationSink } from '../migration-target';
import { asTenant, ImportConnection } from './import-connection';
import { findHeld } from './held-memories';
import { outcomeOf } from './import-batch';
import { hasUser, nameOf } from './import-owners';

export interface PreviewOptions {
  readonly onConflict: OnConflict;
  readonly clock: Clock;
  readonly externalIdBytes: number;
  /** Whose memories the collections hold, a user for each. */
  readonly userIds: readonly number[];
}

/** Stands for the run that would write them, in what is remembered of what was only looked at. */
const NO_RUN = 'dry run';

/** What a migration would do. Writes nothing. */
export class PreviewSink implements MigrationSink {
  private readonly users = new Map<number, string>();
  private readonly projects = new Map<string, Created['projects'][number]>();
  /** External ids that would be taken by then, by user: a later collection may have the same ones. */
  private readonly taken = new Map<number, Set<string>>();

  /** @param connection read-only; none where the database has no schema yet. */
  constructor(
    private readonly connection: ImportConnection | undefined,
    private readonly options: PreviewOptions,
  ) {}

  async begin(collection: SourceCollection): Promise<void> {
    const { userId, userName, projects } = collection;
    if (userName !== undefined || projects.length > 0) await this.noteUser(collection);
    await this.noteProjects(
      userId,
      projects.map(({ name }) => name),
    );
  }

  async wanted(
    collection: SourceCollection,
    records: readonly ImportRecord[],
  ): Promise<readonly ImportRecord[]> {
    const context = this.contextOf(collection);
    return toBeWritten(records, await this.held(collection.userId, records, context), context);
  }

  async write(
    collection: SourceCollection,
    records: readonly ImportRecord[],
    checkpointOf: (outcome: BatchOutcome) => CollectionProgress,
  ): Promise<CollectionProgress> {
    const { userId } = collection;
    const context = this.contextOf(collection);
    const held = await this.held(userId, records, context);
    const decisions = decide(records, held, context);
    const written = decisions.flatMap((made) =>
      made.kind === 'insert' || made.kind === 'overwrite' ? [made.record.memory] : [],
    );
    if (written.length > 0) await this.noteUser(collection);
    await this.noteProjects(userId, [...new Set(written.flatMap(({ project }) => project ?? []))]);
    this.remember(userId, written);
    return checkpointOf(outcomeOf(decisions));
  }

  async created(): Promise<Created> {
    return {
      users: [...this.users].map(([id, name]) => ({ id, name })),
      projects: [...this.projects.values()],
    };
  }

  private contextOf({ name }: SourceCollection): DecisionContext {
    const { onConflict, externalIdBytes } = this.options;
    return { collection: name, runId: NO_RUN, onConflict, externalIdBytes };
  }

  private async held(
    userId: number,
    records: readonly ImportRecord[],
    context: DecisionContext,
  ): Promise<HeldMemories> {
    const held = this.connection
      ? (await this.asTenant(userId, (tenant) => findHeld(tenant, records, context))).live
      : new HeldMemories([]);
    const taken = this.taken.get(userId);
    for (const { memory } of records) {
      const { externalId } = memory;
      if (externalId === null || !taken?.has(externalId) || held.ofExternalId(externalId)) continue;
      const namesake = { id: '', externalId, updatedAt: memory.updatedAt };
      held.add({ ...namesake, importRunId: NO_RUN, isReplacement: false });
    }
    return held;
  }

  /** Only where it matters, so that memory stays flat elsewhere. */
  private remember(userId: number, written: readonly { readonly externalId: string | null }[]): void {
    if (this.options.userIds.filter((id) => id === userId).length < 2) return;
    const taken = this.taken.get(userId) ?? new Set();
    for (const { externalId } of written) if (externalId !== null) taken.add(externalId);
    this.taken.set(userId, taken);
  }

  private async noteUser({ userId, userName }: SourceCollection): Promise<void> {
    if (this.users.has(userId)) return;
    const exists = await this.connection?.transaction((connection) => hasUser(connection, userId, userName));
    if (exists !== true) this.users.set(userId, nameOf(userId, userName));
  }

  private async noteProjects(userId: number, names: readonly string[]): Promise<void> {
    const unknown = names.filter((name) => !this.projects.has(keyOf(userId, name)));
    if (unknown.length === 0) return;
    const existing = await this.existingProjects(userId, unknown);
    for (const name of unknown)
      if (!existing.includes(name)) this.projects.set(keyOf(userId, name), { userId, name });
  }

  private async existingProjects(userId: number, names: readonly string[]): Promise<string[]> {
    if (!this.connection) return [];
    return this.asTenant(userId, async ({ connection }) => {
      const { rows } = await connection.query<{ name: string }>(
        `select name from wisdom_memory.projects where user_id = $1::bigint and name = any($2::text[])`,
        [userId, names],
      );
      return rows.map(({ name }) => name);
    });
  }

  private asTenant<T>(
    userId: number,
    work: (tenant: Parameters<typeof findHeld>[0]) => Promise<T>,
  ): Promise<T> {
    return this.connection!.transaction((connection) =>
      asTenant(connection, userId, () => work({ connection, userId, now: this.options.clock.now() })),
    );
  }
}

function keyOf(userId: number, name: string): string {
  return `${userId} ${name}`;
}
