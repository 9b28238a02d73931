import type { DatabaseConfig } from '../../../config/app-config';
import type { DatabaseHost } from './database-host';
import { hostOf } from './host-of';
import { migrate, requireMigrated, revertLatest } from './migration-runner';
import { refuseOpenPolicies } from './isolation-checks';
import { asOwner } from './open-data-source';
import { refuseOtherDatabase } from './same-database';
import { admitToAppRole, checkExtensions, checkServer } from './server-checks';
import { ensureStaging } from './staging-privilege';

type Log = (message: string) => void;

export interface PreparedSchema {
  /** Whether batches can be staged in temporary tables, by COPY. */
  readonly mayStage: boolean;
}

/**
 * Checks the server and brings the schema up to date; with `migrations` off only checks that it is. Its owner must not see
 * tenants' rows.
 *
 * @throws StartupError with what to do.
 */
export function prepareSchema(host: DatabaseHost, migrations: boolean, log: Log): Promise<PreparedSchema> {
  return asOwner(host, async (owner) => {
    await refuseOtherDatabase(owner, host);
    await checkServer(owner);
    await checkExtensions(owner);
    await (migrations ? migrate(owner, log) : requireMigrated(owner));
    await refuseOpenPolicies(owner);
    const { url } = host.serviceTarget();
    // The service may have a login of its own beside the owner's.
    const login = url !== undefined && URL.canParse(url) ? decodeURIComponent(new URL(url).username) : '';
    if (login !== '') await admitToAppRole(owner, login);
    return { mayStage: !host.embedded && (await ensureStaging(owner, log)) };
  });
}

/** What `npm run migration:run` does. */
export async function runMigrations(config: DatabaseConfig, log: Log): Promise<void> {
  await withHost(config, async (host) => {
    await prepareSchema(host, true, log);
  });
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
