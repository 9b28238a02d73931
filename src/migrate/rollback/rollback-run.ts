import type { MigrationProgress } from '../migration-progress';
import type { MigrationRun } from '../migration-run';
import type { MigrationTarget } from '../migration-target';
import { rollBack, RollbackReport } from './rollback';
import { rollbackJson } from './rollback-report';

export interface RollbackParts {
  /** Counts memories. */
  readonly progress: MigrationProgress;
  /** Aborted: it ends behind the page in hand. */
  readonly stop: AbortSignal;
  /** Tells whoever takes it back. */
  readonly say: (message: string) => void;
}

/**
 * Takes back what a run has written, and notes the outcome with it. Can be repeated.
 *
 * @returns undefined where it was told to stop; the next one goes on.
 */
export async function rollBackRun(
  target: Pick<MigrationTarget, 'rollback' | 'setState' | 'note' | 'tidy'>,
  run: MigrationRun,
  { stop, progress, say }: RollbackParts,
): Promise<RollbackReport | undefined> {
  const store = target.rollback(run);
  await target.setState(run, 'rolling-back');
  progress.start(writtenBy(run));
  progress.skip(store.earlier.removed + store.earlier.restored);
  const onMemories = (memories: number) => progress.advance(memories);
  const report = await rollBack(run, store, { stop, onMemories }).finally(() => progress.end());
  if (!report) return undefined;
  await target.note(run, 'rollback', rollbackJson(report));
  await target.setState(run, 'rolled-back');
  say('Tidying up the tables (VACUUM).');
  await target.tidy();
  return report;
}

/** Memories that a run has inserted or overwritten. */
export function writtenBy({ collections }: Pick<MigrationRun, 'collections'>): number {
  return collections.reduce((sum, { counts }) => sum + counts.inserted + counts.overwritten, 0);
}
