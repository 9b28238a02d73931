import type { MigrationParts } from './migration';
import type { MigrationRun } from './migration-run';
import type { MigrationSource } from './migration-source';
import type { MigrationTarget } from './migration-target';
import { Verification } from './verification';
import { verificationJson } from './verification-report';
import { Verifier } from './verifier';

type Parts = Pick<MigrationParts, 'model' | 'clock' | 'stop' | 'progress' | 'say'>;

/**
 * Proves what a run has written, and notes the outcome with it.
 *
 * @returns undefined where it was told to stop.
 */
export async function verifyRun(
  { model, clock, stop, progress, say }: Parts,
  target: Pick<MigrationTarget, 'verification' | 'note'>,
  source: MigrationSource,
  run: MigrationRun,
): Promise<Verification | undefined> {
  say('Comparing the target with the source, which is read twice more.');
  progress.start(2 * source.collections.reduce((total, { records }) => total + records, 0));
  const onRecords = (records: number) => progress.advance(records);
  const options = { run, model, clock, random: Math.random, stop, onRecords };
  try {
    const verification = await new Verifier(source, target.verification(run), options).verify();
    if (verification) await target.note(run, 'verification', verificationJson(verification));
    return verification;
  } finally {
    progress.end();
  }
}
