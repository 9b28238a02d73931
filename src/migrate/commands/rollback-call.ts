import { writeFileSync } from 'node:fs';
import { commandFailure } from '../../cli/command-failure';
import { confirmed } from '../../cli/confirmation';
import { EXIT, UsageError } from '../../cli/exit-code';
import type { AppConfig } from '../../config/app-config';
import type { MigrationCall } from './migration-call';
import type { MigrationRun } from '../migration-run';
import { ImportHistory } from '../postgres/import-history';
import { ImportTarget } from '../postgres/import-target';
import type { RollbackReport } from '../rollback/rollback';
import { rollbackJson, rollbackText } from '../rollback/rollback-report';
import { rollBackRun } from '../rollback/rollback-run';
import { rollbackLine } from './run-commands';
import { ShownProgress } from './shown-progress';
import { stopOnSignals } from './stop-on-signals';
import { targetDatabase } from '../target-database';

/** Takes a run back, if that is really wanted: prints the report, and sets what the process ends with. */
export async function performRollback(runId: string, call: MigrationCall, config: AppConfig): Promise<void> {
  requireSense(call);
  const clock = { now: () => new Date() };
  const database = targetDatabase(call.databaseUrl, config);
  await new ImportHistory(database).require(runId);
  const target = new ImportTarget(database, config, clock, say);
  try {
    await target.connection.open();
    const run = (await target.find(runId))!;
    if (call.yes || (await confirmed(questionOf(run, target.description)))) await takeBack(target, run, call);
    else {
      say('Nothing was done.');
      process.exitCode = EXIT.findings;
    }
  } finally {
    await target.close();
  }
}

function requireSense({ yes, dryRun, resume, onConflict, batchSize, strict }: MigrationCall): void {
  const others = [dryRun, resume, onConflict, batchSize, strict];
  if (others.some((value) => value !== undefined))
    throw new UsageError(
      '--rollback takes a run back: beside it only --yes, --database-url, --plain and --json make sense.',
    );
  if (!yes && !process.stdin.isTTY)
    throw new UsageError(
      '--rollback removes memories and asks before it does, but there is no terminal to ask on: give --yes if that ' +
        'is what you want. Nothing was done.',
    );
}

function questionOf({ id, kind, source, state, collections }: MigrationRun, database: string): string {
  const [inserted, overwritten] = (['inserted', 'overwritten'] as const).map((what) =>
    collections.reduce((sum, { counts }) => sum + counts[what], 0).toLocaleString('en'),
  );
  return [
    `Run ${id}: ${kind} from ${source}, ${state}.`,
    `It has inserted ${inserted} memories into ${database}, which will be removed, and overwritten ${overwritten}, which will`,
    'be as they were before. What was changed since stays. Take it back?',
  ].join('\n');
}

async function takeBack(target: ImportTarget, run: MigrationRun, call: MigrationCall): Promise<void> {
  const signals = stopOnSignals(say);
  const progress = new ShownProgress('memories', call.plain ?? false);
  const goOn = `To go on:\n\n  ${rollbackLine(run, call.databaseUrl)} --yes\n`;
  try {
    const report = await rollBackRun(target, run, { stop: signals.stop, progress, say });
    if (report) print(report, run.id, call.json);
    else say(`\nRun ${run.id} is partly taken back. ${goOn}`);
    process.exitCode = report ? exitCodeOf(report) : EXIT.interrupted;
  } catch (error) {
    const { text, exitCode } = commandFailure(error);
    say(`${text}\n\nRun ${run.id} may be partly taken back. ${goOn}`);
    process.exitCode = exitCode;
  } finally {
    signals.forget();
  }
}

function print(report: RollbackReport, runId: string, json: MigrationCall['json']): void {
  const text = `${JSON.stringify({ run_id: runId, ...rollbackJson(report) }, undefined, 2)}\n`;
  process.stdout.write(json === true ? text : `${rollbackText(report, runId)}\n`);
  if (typeof json === 'string') writeFileSync(json, text);
}

function exitCodeOf({ kept, projects, users }: RollbackReport): number {
  const isAllBack = [...Object.keys(kept), ...projects.kept, ...users.kept].length === 0;
  return isAllBack ? EXIT.done : EXIT.findings;
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
