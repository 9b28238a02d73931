import type { EmbeddingModel } from '../../embedding/embedder';
import type { Clock } from '../../memory/memory-backend';
import type { MigrationProgress } from '../migration-progress';
import type { MigrationRun } from '../migration-run';
import type { MigrationSource } from '../migration-source';
import type { MigrationTarget } from '../migration-target';
import { Verification } from './verification';
import { verificationJson } from './verification-report';
import { Verifier } from './verifier';

export interface VerifyParts {
  readonly model: EmbeddingModel;
  readonly clock: Clock;
  /** Counts records of the source, each twice. */
  readonly progress: MigrationProgress;
  /** Aborted: it ends behind the batch in hand. */
  readonly stop: AbortSignal;
  /** Tells whoever migrates. */
  readonly say: (message: string) => void;
}

/**
 * Proves what a run has written, and notes the outcome with it.
 *
 * @returns undefined where it was told to stop.
 */
export async function verifyRun(
  { model, clock, stop, progress, say }: VerifyParts,
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
