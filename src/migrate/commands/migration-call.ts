import { writeFileSync } from 'node:fs';
import { commandFailure } from '../../cli/command-failure';
import { EXIT, UsageError } from '../../cli/exit-code';
import type { AppConfig } from '../../config/app-config';
import type { JsonObject } from '../../memory/memory';
import { totalOf } from '../collection-tally';
import { Migration } from '../migration';
import type { MigrationParts } from '../migration-parts';
import { MigrationReport, reportJson } from '../migration-report';
import type { OnConflict, RunOptions } from '../migration-run';
import { BrokenOffError } from '../migration.errors';
import { ImportHistory } from '../postgres/import-history';
import { ImportTarget } from '../postgres/import-target';
import { PostgresPreview } from '../postgres/preview-target';
import { reportText } from '../report-text';
import { resumeLine } from './run-commands';
import { ShownProgress } from './shown-progress';
import { stopOnSignals } from './stop-on-signals';
import { targetDatabase } from '../target-database';

/** The flags that every migrate command takes, as they were parsed. */
export interface MigrationCall {
  readonly databaseUrl?: string;
  readonly dryRun?: boolean;
  readonly batchSize?: number;
  readonly onConflict?: OnConflict;
  readonly strict?: boolean;
  readonly resume?: string | true;
  /** The run to take back, instead of migrating anything. */
  readonly rollback?: string;
  /** Without asking. */
  readonly yes?: boolean;
  /** Unless false, what was written is compared with the source. */
  readonly verify?: boolean;
  readonly plain?: boolean;
  readonly json?: string | true;
}

/** What a command adds: where it migrates from. */
export type CommandParts = Pick<MigrationParts, 'kind' | 'model' | 'embed' | 'identify' | 'openSource'> & {
  readonly source: JsonObject;
};

const DEFAULT_BATCH_SIZE = 1_000;

/** Runs a migrate command to its end: prints the report, and sets what the process ends with. */
export async function performMigration(
  call: MigrationCall,
  config: AppConfig,
  command: CommandParts,
): Promise<void> {
  requireSense(call);
  const signals = stopOnSignals(say);
  const progress = new ShownProgress('records', call.plain ?? false);
  const clock = { now: () => new Date() };
  const migration = new Migration({
    ...command,
    clock,
    progress,
    stop: signals.stop,
    directory: process.cwd(),
    verify: call.verify ?? true,
    say,
  });
  try {
    const report = await perform(migration, call, config, command.source);
    print(report, call.json);
    process.exitCode = exitCodeOf(report);
    if (report.state === 'interrupted') say(goOn(command, report.runId!, call));
  } catch (error) {
    if (!(error instanceof BrokenOffError)) throw error;
    const { text, exitCode } = commandFailure(error.cause);
    say(`${text}\n\n${error.message}${goOn(command, error.runId, call)}`);
    process.exitCode = exitCode;
  } finally {
    signals.forget();
  }
}

function requireSense({ dryRun, resume, onConflict, batchSize, strict }: MigrationCall): void {
  if (resume === undefined) return;
  if (dryRun) throw new UsageError('--resume goes on with a run that writes: it takes no --dry-run.');
  if (onConflict !== undefined || batchSize !== undefined || strict !== undefined)
    throw new UsageError(
      'A resumed run keeps what it was started with: --resume takes no --on-conflict, --batch-size or --strict.',
    );
}

async function perform(
  migration: Migration,
  call: MigrationCall,
  config: AppConfig,
  source: JsonObject,
): Promise<MigrationReport> {
  const { batchSize = DEFAULT_BATCH_SIZE, onConflict = 'skip', strict = false, resume } = call;
  const options: RunOptions = { batchSize, onConflict, strict, source };
  const clock = { now: () => new Date() };
  const database = targetDatabase(call.databaseUrl, config);
  if (call.dryRun) return migration.preview(new PostgresPreview(database, config.limits, clock), options);
  const target = new ImportTarget(database, config, clock, say);
  if (resume === undefined) return migration.start(target, options);
  await new ImportHistory(database).require(resume === true ? undefined : resume);
  return migration.resume(target, resume === true ? undefined : resume, source);
}

function print(report: MigrationReport, json: MigrationCall['json']): void {
  const text = json === undefined ? '' : `${JSON.stringify(reportJson(report), undefined, 2)}\n`;
  process.stdout.write(json === true ? text : `${reportText(report)}\n`);
  if (typeof json === 'string') writeFileSync(json, text);
}

function exitCodeOf(report: MigrationReport): number {
  if (report.state === 'interrupted') return EXIT.interrupted;
  const isWell = totalOf(report).rejected === 0 && report.verification?.passed !== false;
  return isWell ? EXIT.done : EXIT.findings;
}

function goOn({ kind }: CommandParts, id: string, { databaseUrl }: MigrationCall): string {
  return `\nTo go on:\n\n  ${resumeLine({ kind, id }, databaseUrl)}\n`;
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}
