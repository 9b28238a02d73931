import { resolve } from 'node:path';
import { CommandRunner, Option } from 'nest-commander';
import { parseBatchSize, parseDatabaseUrl, parseOnConflict, parseRunId } from './migration-flags';
import type { OnConflict } from './migration-run';

/** The flags of every command that migrates; what a command adds says where it migrates from. */
export abstract class MigrateCommand extends CommandRunner {
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
    return value === undefined ? true : resolve(value);
  }
}
