import type { DatabaseConfig } from '../../config/app-config';
import type { DatabaseHost } from './database-host';
import { hostOf } from './host-of';
import { migrate, requireMigrated, revertLatest } from './migration-runner';
import { asOwner } from './open-data-source';
import { admitToAppRole, checkExtensions, checkServer } from './server-checks';

type Log = (message: string) => void;

/**
 * Checks the server and brings the schema up to date; with `migrations` off only checks that it is.
 *
 * @throws StartupError with what to do.
 */
export async function prepareSchema(host: DatabaseHost, migrations: boolean, log: Log): Promise<void> {
  await asOwner(host, async (owner) => {
    await checkServer(owner);
    await checkExtensions(owner);
    await (migrations ? migrate(owner, log) : requireMigrated(owner));
    const { url } = host.serviceTarget();
    // The service may have a login of its own beside the owner's.
    const login = url !== undefined && URL.canParse(url) ? decodeURIComponent(new URL(url).username) : '';
    if (login !== '') await admitToAppRole(owner, login);
  });
}

/** What `npm run migration:run` does. */
export async function runMigrations(config: DatabaseConfig, log: Log): Promise<void> {
  await withHost(config, (host) => prepareSchema(host, true, log));
}

/** What `npm run migration:revert` does: takes the latest migration back. */
export async function revertMigration(config: DatabaseConfig, log: Log): Promise<void> {
  await withHost(config, (host) => asOwner(host, (owner) => revertLatest(owner, log)));
}

async function withHost(config: DatabaseConfig, work: (host: DatabaseHost) => Promise<void>): Promise<void> {
  const host = hostOf(config);
  await host.start();
  try {
    await work(host);
  } finally {
    await host.stop();
  }
}
