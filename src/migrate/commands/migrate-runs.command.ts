import { LazyModuleLoader } from '@nestjs/core';
import { Command, CommandRunner, Help, Option } from 'nest-commander';
import { APP_CONFIG, AppConfig } from '../../config/app-config';
import { ConfigModule } from '../../config/config.module';
import { parseDatabaseUrl } from './migration-flags';
import { ImportHistory } from '../postgres/import-history';
import { runListJson, runListText } from './run-list';
import { targetDatabase } from '../target-database';

interface MigrateRunsOptions {
  readonly databaseUrl?: string;
  readonly json?: boolean;
}

@Command({
  name: 'migrate-runs',
  description:
    'Lists the migrations into a database, the newest first, and what can be done with each. Changes nothing.',
})
export class MigrateRunsCommand extends CommandRunner {
  constructor(private readonly modules: LazyModuleLoader) {
    super();
  }

  override async run(_none: string[], { databaseUrl, json }: MigrateRunsOptions): Promise<void> {
    const module = await this.modules.load(() => ConfigModule);
    const database = targetDatabase(databaseUrl, module.get<AppConfig>(APP_CONFIG));
    const list = { ...(await new ImportHistory(database).read()), databaseUrl };
    console.log(json ? JSON.stringify(runListJson(list), undefined, 2) : runListText(list));
  }

  @Option({ flags: '--database-url <url>', description: 'the database (default: DATABASE_URL)' })
  parseDatabaseUrl(value: string): string {
    return parseDatabaseUrl(value);
  }

  @Option({ flags: '--json', description: 'prints JSON' })
  parseJson(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return `
Ends with 0, with 2 if called wrongly, 3 if the database cannot be used.

Examples:
  npm run cli -- migrate-runs
  npm run --silent cli -- migrate-runs --json > runs.json`;
  }
}
