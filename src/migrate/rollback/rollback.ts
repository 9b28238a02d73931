import type { MigrationRun } from '../migration-run';

/** Memories that a rollback leaves as they are, for one reason. */
export interface Kept {
  readonly count: number;
  /** The first of them. */
  readonly examples: readonly KeptMemory[];
}

export interface KeptMemory {
  readonly userId: number;
  readonly id: string;
  readonly externalId: string | null;
}

export const KEEP_REASONS = ['changed', 'later run', 'gone', 'taken'] as const;

/**
 * Why a memory is left as it is: `changed` here since; written by a `later run`; the run had overwritten it, and what it
 * wrote is `gone` since; its external id is `taken` by another one since.
 */
export type KeepReason = (typeof KEEP_REASONS)[number];

/** What became of the memories of a run so far. */
export interface RolledBack {
  /** Inserted by the run, removed. */
  readonly removed: number;
  /** Overwritten by the run, as they were before. */
  readonly restored: number;
  readonly kept: Readonly<Partial<Record<KeepReason, Kept>>>;
}

/** Users or projects that the run made. */
export interface OwnersRolledBack {
  readonly removed: number;
  /** Names of those that somebody uses. */
  readonly kept: readonly string[];
}

export interface RollbackReport extends RolledBack {
  readonly projects: OwnersRolledBack;
  readonly users: OwnersRolledBack;
}

/** A page of a rollback. */
export interface RollbackPage {
  /** What becomes of these memories. */
  readonly outcome: RolledBack;
  /** Where the next page begins; undefined behind the last one. */
  readonly next?: string;
}

/**
 * What a run did to the database, taken back page by page, a transaction for each. Whatever was done stays done: a
 * rollback that was broken off begins again and finds less to do.
 */
export interface RollbackStore {
  /** What was taken back before the rollback was broken off. */
  readonly earlier: Pick<RolledBack, 'removed' | 'restored'>;

  /** Restores memories that the run overwrote. */
  restore(userId: number, after: string | undefined): Promise<RollbackPage>;

  /** Removes memories that the run inserted; called when all are restored. */
  remove(userId: number, after: string | undefined): Promise<RollbackPage>;

  /** Memories of the run that later ones overwrote. */
  overwrittenSince(userId: number): Promise<RolledBack>;

  /** Removes the run's projects of a user that nobody uses. */
  removeProjects(userId: number): Promise<OwnersRolledBack>;

  /** Removes those of the run's users that nobody uses. */
  removeUsers(): Promise<OwnersRolledBack>;
}

export interface RollbackOptions {
  /** Aborted: it ends behind the page in hand. */
  readonly stop: AbortSignal;
  /** Called after each page with how many memories were dealt with. */
  readonly onMemories: (memories: number) => void;
}

/**
 * Takes back what a run did: what it overwrote is restored before what it inserted is removed, because the one tells the
 * other apart; projects and users go last, when nothing of the run refers to them any more.
 *
 * @returns undefined where it was told to stop.
 */
export async function rollBack(
  run: Pick<MigrationRun, 'collections'>,
  store: RollbackStore,
  { stop, onMemories }: RollbackOptions,
): Promise<RollbackReport | undefined> {
  const userIds = [...new Set(run.collections.map(({ userId }) => userId))];
  let soFar: RolledBack = { ...store.earlier, kept: {} };
  for (const step of ['restore', 'remove'] as const)
    for (const userId of userIds)
      for (let after: string | undefined, isLast = false; !isLast;) {
        if (stop.aborted) return undefined;
        const page = await store[step](userId, after);
        soFar = together(soFar, page.outcome);
        onMemories(countOf(page.outcome));
        after = page.next;
        isLast = after === undefined;
      }
  for (const userId of userIds) soFar = together(soFar, await store.overwrittenSince(userId));
  let projects: OwnersRolledBack = { removed: 0, kept: [] };
  for (const userId of userIds) projects = bothOwners(projects, await store.removeProjects(userId));
  return { ...soFar, projects, users: await store.removeUsers() };
}

/** Of memories that are kept so many are named. */
const MOST_EXAMPLES = 10;

export function together(a: RolledBack, b: RolledBack): RolledBack {
  const kept: Partial<Record<KeepReason, Kept>> = {};
  for (const reason of KEEP_REASONS) {
    const both = [a.kept[reason], b.kept[reason]].filter((found) => found !== undefined);
    if (both.length === 0) continue;
    const examples = both.flatMap((one) => one.examples).slice(0, MOST_EXAMPLES);
    kept[reason] = { count: both.reduce((sum, { count }) => sum + count, 0), examples };
  }
  return { removed: a.removed + b.removed, restored: a.restored + b.restored, kept };
}

/** How many memories an outcome is about. */
function countOf({ removed, restored, kept }: RolledBack): number {
  return removed + restored + Object.values(kept).reduce((sum, { count }) => sum + count, 0);
}

function bothOwners(a: OwnersRolledBack, b: OwnersRolledBack): OwnersRolledBack {
  return { removed: a.removed + b.removed, kept: [...a.kept, ...b.kept] };
}
