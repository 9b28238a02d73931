import { LazyModuleLoader } from '@nestjs/core';
import { CommandRunner, Option } from 'nest-commander';
import { APP_CONFIG, AppConfig } from '../../config/app-config';
import { ConfigModule } from '../../config/config.module';
import type { MigrationCall } from './migration-call';
import {
  parseBatchSize,
  parseDatabaseUrl,
  parseOnConflict,
  parseReportFile,
  parseRunId,
} from './migration-flags';
import type { OnConflict } from '../migration-run';
import { performRollback } from './rollback-call';

/** The flags of every command that migrates; what a command adds says where it migrates from. */
export abstract class MigrateCommand<T extends MigrationCall = MigrationCall> extends CommandRunner {
  constructor(private readonly modules: LazyModuleLoader) {
    super();
  }

  override async run(_none: string[], options: T): Promise<void> {
    const module = await this.modules.load(() => ConfigModule);
    const config = module.get<AppConfig>(APP_CONFIG);
    if (options.rollback !== undefined) await performRollback(options.rollback, options, config);
    else await this.migrate(options, config);
  }

  protected abstract migrate(options: T, config: AppConfig): Promise<void>;

  @Option({ flags: '--database-url <url>', description: 'the target (default: DATABASE_URL)' })
  parseDatabaseUrl(value: string): string {
    return parseDatabaseUrl(value);
  }

  @Option({ flags: '--dry-run', description: 'shows what would be done; writes nothing at all' })
  parseDryRun(): boolean {
    return true;
  }

  @Option({ flags: '--batch-size <n>', description: 'memories in one transaction (default: 1000)' })
  parseBatchSize(value: string): number {
    return parseBatchSize(value);
  }

  @Option({
    flags: '--on-conflict <what>',
    description:
      'memories that are there already: skip, newer (overwrite where changed later), overwrite (default: skip)',
  })
  parseOnConflict(value: string): OnConflict {
    return parseOnConflict(value);
  }

  @Option({ flags: '--strict', description: 'ends at the first record that cannot be migrated' })
  parseStrict(): boolean {
    return true;
  }

  @Option({
    flags: '--resume [run]',
    description: 'goes on with a run that was broken off (default: the newest one of this source)',
  })
  parseResume(value?: string): string | true {
    return parseRunId(value);
  }

  @Option({
    flags: '--rollback <run>',
    description: 'takes a run back: removes what it inserted, restores what it overwrote (see migrate-runs)',
  })
  parseRollback(value: string): string {
    return parseRunId(value) as string;
  }

  @Option({ flags: '--yes', description: 'does not ask before a rollback' })
  parseYes(): boolean {
    return true;
  }

  @Option({ flags: '--no-verify', description: 'does not compare what was written with the source' })
  parseNoVerify(): boolean {
    return false;
  }

  @Option({ flags: '--plain', description: 'lines instead of a progress bar' })
  parsePlain(): boolean {
    return true;
  }

  @Option({ flags: '--json [file]', description: 'writes the report as JSON, or prints it instead of words' })
  parseJson(value?: string): string | true {
    return value === undefined ? true : parseReportFile(value);
  }
}
