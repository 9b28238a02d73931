import { UsageError } from '../cli/exit-code';
import type { AppConfig, DatabaseConfig } from '../config/app-config';

/**
 * Where a command migrates to.
 *
 * @param url given on the command line; then it is the owner's too.
 * @throws UsageError where there is none.
 */
export function targetDatabase(
  url: string | undefined,
  { database }: Pick<AppConfig, 'database'>,
): DatabaseConfig {
  if (url !== undefined) return { ...database, url, adminUrl: url };
  if (database.url === undefined)
    throw new UsageError('Which database? Set DATABASE_URL, or give --database-url postgresql://...');
  return database;
}
