import { writeFileSync } from 'node:fs';
import { commandFailure } from '../cli/command-failure';
import { EXIT, UsageError } from '../cli/exit-code';
import { Progress } from '../cli/progress';
import type { AppConfig, DatabaseConfig } from '../config/app-config';
import type { JsonObject } from '../memory/memory';
import { Migration, MigrationParts, MigrationProgress } from './migration';
import { MigrationReport, reportJson, totalOf } from './migration-report';
import type { OnConflict, RunOptions } from './migration-run';
import { BrokenOffError } from './migration.errors';
import { ImportTarget } from './postgres/import-target';
import { PostgresPreview } from './postgres/preview-target';
import { reportText } from './report-text';
import { stopOnSignals } from './stop-on-signals';

/** The flags that every migrate command takes, as they were parsed. */
export interface MigrationCall {
  readonly databaseUrl?: string;
  readonly dryRun?: boolean;
  readonly batchSize?: number;
  readonly onConflict?: OnConflict;
  readonly strict?: boolean;
  readonly resume?: string | true;
  /** Unless false, what was written is compared with the source. */
  readonly verify?: boolean;
  readonly plain?: boolean;
  readonly json?: string | true;
}

/** What a command adds: where it migrates from. */
export type CommandParts = Pick<MigrationParts, 'kind' | 'model' | 'embed' | 'openSource'> & {
  readonly source: JsonObject;
  /** What has to be said of the source again to resume. */
  readonly askedAgain?: string;
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
  const progress = new ShownProgress(call.plain ?? false);
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
    if (report.state === 'interrupted') say(`\nTo go on:\n\n  ${resumeLine(command, report.runId!, call)}\n`);
  } catch (error) {
    if (!(error instanceof BrokenOffError)) throw error;
    const { text, exitCode } = commandFailure(error.cause);
    say(`${text}\n\n${error.message} To go on:\n\n  ${resumeLine(command, error.runId, call)}\n`);
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

function perform(
  migration: Migration,
  call: MigrationCall,
  config: AppConfig,
  source: JsonObject,
): Promise<MigrationReport> {
  const { batchSize = DEFAULT_BATCH_SIZE, onConflict = 'skip', strict = false, resume } = call;
  const options: RunOptions = { batchSize, onConflict, strict, source };
  const clock = { now: () => new Date() };
  const database = databaseOf(call, config);
  if (call.dryRun) return migration.preview(new PostgresPreview(database, config.limits, clock), options);
  const target = new ImportTarget(database, config.limits, clock, say);
  if (resume === undefined) return migration.start(target, options);
  return migration.resume(target, resume === true ? undefined : resume, source);
}

function databaseOf({ databaseUrl }: MigrationCall, { database }: AppConfig): DatabaseConfig {
  if (databaseUrl !== undefined) return { ...database, url: databaseUrl, adminUrl: databaseUrl };
  if (database.url === undefined)
    throw new UsageError('Where to? Set DATABASE_URL, or give --database-url postgresql://...');
  return database;
}

function print(report: MigrationReport, json: MigrationCall['json']): void {
  const text = json === undefined ? '' : `${JSON.stringify(reportJson(report), undefined, 2)}\n`;
  if (json === true) process.stdout.write(text);
  else {
    if (json !== undefined) writeFileSync(json, text);
    process.stdout.write(`${reportText(report)}\n`);
  }
}

function exitCodeOf(report: MigrationReport): number {
  if (report.state === 'interrupted') return EXIT.interrupted;
  const isWell = totalOf(report).rejected === 0 && report.verification?.passed !== false;
  return isWell ? EXIT.done : EXIT.findings;
}

/** The target's URL is not repeated: it may have a password. */
function resumeLine(
  { kind, askedAgain }: CommandParts,
  runId: string,
  { databaseUrl }: MigrationCall,
): string {
  const target = databaseUrl === undefined ? [] : ['--database-url <the same>'];
  return [
    'npm run cli --',
    kind,
    ...(askedAgain === undefined ? [] : [askedAgain]),
    `--resume ${runId}`,
    ...target,
  ].join(' ');
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** Made when the number of records is known. */
class ShownProgress implements MigrationProgress {
  private shown?: Progress;

  constructor(private readonly plain: boolean) {}

  start(total: number): void {
    this.shown = new Progress(total, 'records', { plain: this.plain });
  }

  advance(records: number): void {
    this.shown?.advance(records);
  }

  skip(records: number): void {
    this.shown?.skip(records);
  }

  end(): void {
    this.shown?.end();
  }
}
