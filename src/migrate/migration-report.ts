import type { JsonObject } from '../memory/memory';
import { sum } from './collection-tally';
import type { CollectionProgress, RecordCounts, RunState } from './migration-run';
import { NO_RECORDS } from './migration-run';
import type { Created } from './migration-target';
import type { Verification } from './verification/verification';
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

export function totalOf({ collections }: Pick<MigrationReport, 'collections'>): RecordCounts {
  return collections.reduce((total, { counts }) => sum(total, counts), NO_RECORDS);
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
    ...(report.state === 'dry-run' ? { estimated_seconds: estimatedSeconds(counts) } : {}),
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

/**
 * Memories that two cores write per second, database and program together: docs/migration.md, "How long it takes".
 * Machines differ; it tells minutes from hours.
 */
const MEMORIES_PER_SECOND = 4_000;

/** And so many texts of a page without a vector are embedded by them, with the model of this service. */
const EMBEDDED_PER_SECOND = 100;

/** How long it would take to write what a dry run found. */
export function estimatedSeconds({ inserted, overwritten, embedded }: RecordCounts): number {
  return Math.ceil((inserted + overwritten) / MEMORIES_PER_SECOND + embedded / EMBEDDED_PER_SECOND);
}
