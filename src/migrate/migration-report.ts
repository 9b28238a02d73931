import { fingerprintOf } from '../embedding/embedder';
import type { JsonObject } from '../memory/memory';
import { totalOf } from './collection-tally';
import type { CollectionProgress, RecordCounts, RunState } from './migration-run';
import type { MigrationParts } from './migration-parts';
import type { MigrationSource } from './migration-source';
import type { Created } from './migration-target';
import type { Verification } from './verification/verification';
import { estimatedSeconds } from './migration-estimate';
import { verificationJson } from './verification/verification-report';

/** What a migration did, or of a dry run, would do. */
export interface MigrationReport {
  /** Null of a dry run. */
  readonly runId: string | null;
  readonly state: RunState | 'dry-run';
  readonly source: string;
  readonly target: string;
  /** Of the model whose vectors these are. */
  readonly fingerprint: string;
  readonly collections: readonly CollectionProgress[];
  readonly leftOut: readonly string[];
  readonly remarks: readonly string[];
  readonly created: Created;
  /** Null where everything could be taken, and of a dry run. */
  readonly rejectsFile: string | null;
  /** Null where what was written was not compared with the source. */
  readonly verification: Verification | null;
  /** What this call took. */
  readonly seconds: number;
}

/** The report of a call that ends now. */
export function reportOf(
  { clock, model }: MigrationParts,
  { description, leftOut, remarks }: MigrationSource,
  target: { readonly description: string },
  beganAt: Date,
  made: Pick<MigrationReport, 'runId' | 'state' | 'collections' | 'created' | 'rejectsFile' | 'verification'>,
): MigrationReport {
  return {
    ...made,
    source: description,
    target: target.description,
    fingerprint: fingerprintOf(model),
    leftOut,
    remarks,
    seconds: (clock.now().getTime() - beganAt.getTime()) / 1_000,
  };
}

/** The report for programs; part of what the commands promise. */
export function reportJson(report: MigrationReport): JsonObject {
  const counts = totalOf(report);
  return {
    run_id: report.runId,
    state: report.state,
    source: report.source,
    target: report.target,
    fingerprint: report.fingerprint,
    total: countsJson(counts),
    collections: report.collections.map(collectionJson),
    left_out: [...report.leftOut],
    remarks: [...report.remarks],
    created: {
      users: report.created.users.map(({ id, name }) => ({ id, name })),
      projects: report.created.projects.map(({ userId, name }) => ({ user_id: userId, name })),
    },
    rejects_file: report.rejectsFile,
    verification: report.verification && verificationJson(report.verification),
    seconds: report.seconds,
    ...(report.state === 'dry-run' ? estimateJson(report) : {}),
  };
}

function collectionJson({ name, userId, done, counts, rejects, renamed }: CollectionProgress): JsonObject {
  return {
    name,
    user_id: userId,
    done,
    ...countsJson(counts),
    rejects: rejects.map(({ reason, count, example }) => ({ reason, count, example })),
    renamed: {
      count: renamed.count,
      examples: renamed.examples.map(({ recordId, externalId }) => ({
        id: recordId,
        external_id: externalId,
      })),
    },
  };
}

function countsJson({ newerInSource, ...counts }: RecordCounts): JsonObject {
  return { ...counts, newer_in_source: newerInSource };
}

function estimateJson(report: MigrationReport): JsonObject {
  const { writing, comparing } = estimatedSeconds(totalOf(report), report.seconds);
  return { estimated_seconds: writing, estimated_verification_seconds: comparing };
}
