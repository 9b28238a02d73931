import { NestFactory } from '@nestjs/core';
import { StartupError } from './common/startup.error';
import { APP_CONFIG, AppConfig } from './config/app-config';
import { ConfigModule } from './config/config.module';
import { startFailure } from './lifecycle/start-failure';
import { revertMigration, runMigrations } from './memory/postgres/database/database-schema';

const COMMANDS = { run: runMigrations, revert: revertMigration };

/** `npm run migration:run` and `npm run migration:revert`, for operators who start with `DATABASE_MIGRATIONS=off`. */
async function main(command: string | undefined): Promise<void> {
  if (command !== 'run' && command !== 'revert')
    throw new StartupError('It takes `npm run migration:run` or `npm run migration:revert`.');
  const app = await NestFactory.createApplicationContext(ConfigModule, {
    abortOnError: false,
    logger: ['warn'],
  });
  const { database } = app.get<AppConfig>(APP_CONFIG);
  if (database.url === undefined) throw new StartupError('Set DATABASE_URL to the database to migrate.');
  await COMMANDS[command](database, (message) => process.stdout.write(`${message}\n`));
  await app.close();
}

main(process.argv[2]).catch((error: unknown) => {
  const { text, exitCode } = startFailure(error);
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
});
