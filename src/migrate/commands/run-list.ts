import type { JsonObject } from '../../memory/memory';
import { totalOf } from '../collection-tally';
import type { MigrationRun } from '../migration-run';
import { nextLines } from './run-commands';

/** Past runs, the newest first. */
export interface RunList {
  readonly runs: readonly MigrationRun[];
  /** Whether a process is at work on one of them. */
  readonly isUnderWay: boolean;
  /** Given on the command line. */
  readonly databaseUrl?: string;
}

/** The runs for programs; part of what the command promises. */
export function runListJson(list: RunList): JsonObject {
  return {
    runs: list.runs.map((run) => {
      const { records, inserted, overwritten, skipped, rejected, expired } = totalOf(run);
      return {
        run_id: run.id,
        command: run.kind,
        source: run.source,
        state: stateOf(run, list),
        started_at: run.startedAt.toISOString(),
        finished_at: run.finishedAt?.toISOString() ?? null,
        ...{ records, inserted, overwritten, skipped, rejected, expired },
        rejects_file: rejected > 0 ? run.rejectsFile : null,
        verified: verifiedOf(run),
        next: nextOf(run, list),
      };
    }),
  };
}

const HEAD = ['RUN', 'STARTED (UTC)', 'STATE', 'INSERTED', 'OVERWRITTEN', 'SKIPPED', 'REJECTED', 'VERIFIED'];

/** The runs for people: a table, and below each run where it is from and what can be done next. */
export function runListText(list: RunList): string {
  if (list.runs.length === 0) return 'There are no runs.';
  const rows = [HEAD, ...list.runs.map((run) => rowOf(run, list))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return [
    lines[0]!,
    ...list.runs.flatMap((run, i) => [
      lines[i + 1]!,
      `  ${run.kind} from ${run.source}`,
      ...nextOf(run, list).map((line) => `  ${line}`),
    ]),
  ].join('\n');
}

function rowOf(run: MigrationRun, list: RunList): string[] {
  const { inserted, overwritten, skipped, rejected } = totalOf(run);
  const verified = verifiedOf(run);
  return [
    run.id,
    run.startedAt.toISOString().slice(0, 16).replace('T', ' '),
    stateOf(run, list),
    ...[inserted, overwritten, skipped, rejected].map((count) => count.toLocaleString('en')),
    verified === null ? 'no' : verified ? 'yes' : 'FAILED',
  ];
}

/** `running` is also what a killed run says of itself; nobody being at work, it was broken off. */
function stateOf(run: MigrationRun, { isUnderWay }: RunList): string {
  return run.state === 'running' && !isUnderWay ? 'broken-off' : run.state;
}

function verifiedOf({ report }: MigrationRun): boolean | null {
  const verification = report.verification as { readonly passed: boolean } | undefined;
  return verification?.passed ?? null;
}

/** While a process is at work on any of them, nothing can be done with the unfinished ones. */
function nextOf(run: MigrationRun, { isUnderWay, databaseUrl }: RunList): string[] {
  const isBusy = isUnderWay && (run.state === 'running' || run.state === 'rolling-back');
  return isBusy ? [] : nextLines(run, databaseUrl);
}
