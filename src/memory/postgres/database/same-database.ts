import type { DataSource } from 'typeorm';
import { StartupError } from '../../../common/startup.error';
import type { ConnectionTarget } from './data-source-options';
import { codeOf } from './database-error';
import type { DatabaseHost } from './database-host';
import { nameOf, openDataSource } from './open-data-source';

/** What a server answers to a login that it does not know, or does not let into the database. */
const LOGIN_REFUSALS = ['28000', '28P01', '42501'];

/** The moment of its start tells a server from every other. Its `system_identifier` would not from its copy, and takes a privilege. */
const IDENTITY = `select concat_ws(' ', current_database(), extract(epoch from pg_postmaster_start_time())) as identity`;

/**
 * That the owner's login leads to the database of the service. Where the service is not let in yet (it may be the migrations that
 * do that) there is nothing to compare: whoever opens its connections is told why.
 *
 * @throws StartupError
 */
export async function refuseOtherDatabase(owner: DataSource, host: DatabaseHost): Promise<void> {
  const [administered, served] = [host.ownerTarget(), host.serviceTarget()];
  if (administered.url === served.url) return;
  // Before the first migration nobody may become the role of its sessions.
  const identity = await identityAt({ ...served, role: undefined });
  if (identity === undefined || identity === (await identityOf(owner))) return;
  throw new StartupError(
    `DATABASE_ADMIN_URL leads to another database (${nameOf(administered)}) than DATABASE_URL (${nameOf(served)}), and ` +
      'nothing was migrated: name one database in both, in DATABASE_ADMIN_URL as its owner.',
  );
}

async function identityAt(target: ConnectionTarget): Promise<string | undefined> {
  const source = await openDataSource(target).catch((error: unknown) => {
    if (LOGIN_REFUSALS.includes(codeOf((error as Error).cause))) return undefined;
    throw error;
  });
  try {
    return source && (await identityOf(source));
  } finally {
    await source?.destroy();
  }
}

async function identityOf(source: DataSource): Promise<string> {
  const [row] = await source.query<{ identity: string }[]>(IDENTITY);
  return row!.identity;
}
