import { Carried, carrySource } from './carry-source';
import type { MigrationParts } from './migration-parts';
import { MigrationReport, reportOf } from './migration-report';
import type { CollectionProgress, MigrationRun, RunState } from './migration-run';
import type { MigrationSource } from './migration-source';
import type { MigrationTarget } from './migration-target';
import { BrokenOffError } from './migration.errors';
import { hasRejects, RejectsFile } from './rejects-file';
import type { Verification } from './verification/verification';
import { verifyRun } from './verification/verify-run';

/**
 * Brings a run to its end, from wherever it is: what is not there yet is carried, the tables are tidied up, and the
 * target is compared with the source.
 *
 * @throws BrokenOffError, after which the run can be resumed.
 */
export async function completeRun(
  parts: MigrationParts,
  target: MigrationTarget,
  source: MigrationSource,
  run: MigrationRun,
): Promise<MigrationReport> {
  const rejects = new RejectsFile(run.rejectsFile);
  try {
    return await complete(parts, target, source, run, rejects);
  } catch (cause) {
    // Where the database is lost, what it has says so too: the run is not finished.
    await target.setState(run, 'interrupted').catch(() => undefined);
    throw new BrokenOffError(run.id, cause);
  } finally {
    rejects.close();
  }
}

async function complete(
  parts: MigrationParts,
  target: MigrationTarget,
  source: MigrationSource,
  run: MigrationRun,
  rejects: RejectsFile,
): Promise<MigrationReport> {
  const { clock, stop, say, embed, verify } = parts;
  const beganAt = clock.now();
  await target.setState(run, 'running');
  const sink = target.sink(run);
  const carried: Carried = { source, sink, rejects, run: run.options, importedAt: run.startedAt, embed };
  const collections = await carrySource(parts, carried, checkpointsOf(run, say));
  const isDone = collections.every(({ done }) => done);
  if (isDone && !stop.aborted) {
    say('Tidying up the tables (VACUUM), so that the first searches are as fast as the later ones.');
    await target.tidy();
  }
  // Null: not to be compared; undefined: that was interrupted.
  let verification: Verification | null | undefined = null;
  if (isDone && verify) verification = await verifyRun(parts, target, source, run);
  const state: RunState = isDone && verification !== undefined ? 'finished' : 'interrupted';
  await target.setState(run, state);
  return reportOf(parts, source, target, beganAt, {
    runId: run.id,
    state,
    collections,
    created: await sink.created(source.collections.map(({ userId }) => userId)),
    rejectsFile: rejects.bytes > 0 ? run.rejectsFile : null,
    verification: verification ?? null,
  });
}

/** Without the file of the rejects, they have to be found once more; what was written is known. */
function checkpointsOf(
  { rejectsFile, collections }: MigrationRun,
  say: MigrationParts['say'],
): readonly CollectionProgress[] {
  const bytes = collections.reduce((most, { rejectsBytes }) => Math.max(most, rejectsBytes), 0);
  if (hasRejects(rejectsFile, bytes)) return collections;
  say(`${rejectsFile} is not as it was left: everything is read again to write it anew.`);
  return [];
}
