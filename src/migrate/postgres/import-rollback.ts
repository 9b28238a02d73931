import { lockTenant } from '../../memory/postgres/store-memories';
import type { MigrationRun } from '../migration-run';
import {
  Kept,
  KeepReason,
  OwnersRolledBack,
  RollbackPage,
  RollbackStore,
  RolledBack,
  together,
} from '../rollback/rollback';
import { asTenant, ImportConnection } from './import-connection';
import { Replaced } from './restoration';
import { deleteMemories, replacedPage, restoreMemories, RunOfTenant, SMALLEST_ID } from './restore-memories';
import { removeUnusedProjects, removeUnusedUsers } from './unused-owners';

/** Memories of one transaction: none holds its locks for long. */
const PAGE = 1_000;

const NOTHING: RolledBack = { removed: 0, restored: 0, kept: {} };

type Done = Pick<RolledBack, 'removed' | 'restored'>;

/** Takes a run back in the database. Every page is one transaction with the note of how far it is. */
export class ImportRollback implements RollbackStore {
  private done: Done;
  /** What is in the place of memories that are not restored, and told of already. */
  private readonly told = new Set<string>();

  constructor(
    private readonly connection: ImportConnection,
    private readonly run: Pick<MigrationRun, 'id' | 'report'>,
  ) {
    const { removed = 0, restored = 0 } = (run.report.rollback ?? {}) as Partial<Done>;
    this.done = { removed, restored };
  }

  get earlier(): Done {
    return this.done;
  }

  async restore(userId: number, after: string | undefined): Promise<RollbackPage> {
    const { page, outcome, inPlace } = await this.page(userId, async (run) => {
      const replaced = await replacedPage(run, after, PAGE);
      const restorations = await restoreMemories(run, replaced);
      const kept = restorations.filter((made) => made.kind === 'keep');
      const outcomes = kept.map(({ reason, replaced: lost, current }) =>
        keptOf(userId, reason, current ?? lost),
      );
      const restored = { ...NOTHING, restored: restorations.length - kept.length };
      return {
        page: replaced,
        outcome: outcomes.reduce(together, restored),
        inPlace: kept.flatMap(({ current }) => current?.id ?? []),
      };
    });
    for (const id of inPlace) this.told.add(id);
    return { outcome, next: nextOf(page) };
  }

  async remove(userId: number, after: string | undefined): Promise<RollbackPage> {
    const { page, outcome } = await this.page(userId, async (run) => {
      const rows = await insertedPage(run, after);
      const untouched = rows.filter(({ isUntouched }) => isUntouched);
      await deleteMemories(
        run,
        untouched.map(({ id }) => id),
      );
      const kept = rows.filter(({ id, isUntouched }) => !isUntouched && !this.told.has(id));
      const removed = { ...NOTHING, removed: untouched.length };
      return {
        page: rows,
        outcome: kept.map((memory) => keptOf(userId, 'changed', memory)).reduce(together, removed),
      };
    });
    return { outcome, next: nextOf(page) };
  }

  overwrittenSince(userId: number): Promise<RolledBack> {
    return this.asTenant(userId, async ({ connection, runId }) => {
      const { rows } = await connection.query<Replaced>(
        `select later.memory_id as id, later.before -> 'memory' ->> 'external_id' as "externalId"
         from wisdom_memory.import_undo as later
         where later.user_id = $1::bigint and later.run_id <> $2::uuid
           and later.before -> 'memory' ->> 'import_run_id' = $2::text
           and not exists (select from wisdom_memory.import_undo as own
                           where own.user_id = $1::bigint and own.run_id = $2::uuid
                             and own.memory_id = later.memory_id)
         order by 1`,
        [userId, runId],
      );
      return rows.map((memory) => keptOf(userId, 'later run', memory)).reduce(together, NOTHING);
    });
  }

  removeProjects(userId: number): Promise<OwnersRolledBack> {
    return this.asTenant(userId, removeUnusedProjects);
  }

  removeUsers(): Promise<OwnersRolledBack> {
    return this.connection.transaction((connection) => removeUnusedUsers(connection, this.run.id));
  }

  /** One transaction of a tenant's, with the note of what was done by then. */
  private async page<T extends { readonly outcome: RolledBack }>(
    userId: number,
    work: (run: RunOfTenant) => Promise<T>,
  ): Promise<T> {
    const [result, done] = await this.connection.transaction(async (connection) => {
      const run = { connection, userId, runId: this.run.id };
      const made = await asTenant(connection, userId, async () => {
        // As for every upsert: what is restored may claim an external id.
        await lockTenant(run, 'external ids');
        return work(run);
      });
      const { removed, restored } = together({ ...this.done, kept: {} }, made.outcome);
      await connection.query(
        `update wisdom_memory.import_runs
         set report = coalesce(report, '{}') || jsonb_build_object('rollback', $2::jsonb) where id = $1::uuid`,
        [this.run.id, JSON.stringify({ removed, restored })],
      );
      return [made, { removed, restored }] as const;
    });
    this.done = done;
    return result;
  }

  private asTenant<T>(userId: number, work: (run: RunOfTenant) => Promise<T>): Promise<T> {
    return this.connection.transaction((connection) =>
      asTenant(connection, userId, () => work({ connection, userId, runId: this.run.id })),
    );
  }
}

interface InsertedRow extends Replaced {
  readonly isUntouched: boolean;
}

/** What the run inserted, a page of it by id, locked in that order. What it overwrote is not among it. */
async function insertedPage(
  { connection, userId, runId }: RunOfTenant,
  after: string | undefined,
): Promise<InsertedRow[]> {
  const { rows } = await connection.query<InsertedRow>(
    `select memory.id, memory.external_id as "externalId",
            memory.updated_at is not distinct from memory.import_updated_at as "isUntouched"
     from wisdom_memory.memories as memory
     where memory.user_id = $1::bigint and memory.import_run_id = $2::uuid
       and memory.id > coalesce($3::uuid, ${SMALLEST_ID})
       and not exists (select from wisdom_memory.import_undo as undo
                       where undo.user_id = $1::bigint and undo.run_id = $2::uuid and undo.memory_id = memory.id)
     order by memory.id limit ${PAGE} for update of memory`,
    [userId, runId, after],
  );
  return rows;
}

function keptOf(userId: number, reason: KeepReason, { id, externalId }: Replaced): RolledBack {
  const kept: Kept = { count: 1, examples: [{ userId, id, externalId }] };
  return { ...NOTHING, kept: { [reason]: kept } };
}

/** A page that is not full is the last one. */
function nextOf(page: readonly Replaced[]): string | undefined {
  return page.length < PAGE ? undefined : page.at(-1)!.id;
}
