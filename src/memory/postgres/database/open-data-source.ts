import { Client, ClientBase, escapeIdentifier, Pool } from 'pg';
import { DataSource } from 'typeorm';
import { StartupError } from '../../../common/startup.error';
import { ConnectionTarget, dataSourceOptions } from './data-source-options';
import type { DatabaseHost } from './database-host';

/**
 * A pool of connections that works.
 *
 * @throws StartupError where nobody answers or lets us in.
 */
export async function openDataSource(target: ConnectionTarget): Promise<DataSource> {
  try {
    return await new DataSource(dataSourceOptions(target)).initialize();
  } catch (error) {
    if (error instanceof StartupError) throw error;
    const code = (error as { code?: string }).code ?? (error as Error).message;
    const { variable = 'DATABASE_URL', role } = target;
    if (role !== undefined && ROLE_REFUSALS.includes(code)) throw mayNotBecome(role, target, error as Error);
    throw new StartupError(
      `PostgreSQL cannot be used at ${nameOf(target)} (${code}): start it, or correct ${variable}.`,
      { cause: error },
    );
  }
}

/** That a session may not begin as a role, that there is no such role; the first also that the login may not connect. */
const ROLE_REFUSALS = ['42501', '22023'];

function mayNotBecome(role: string, { url }: ConnectionTarget, cause: Error): StartupError {
  const { user = '', database: name = '' } = new Client({ connectionString: url });
  const [login, database] = [user, name].map((each) => escapeIdentifier(each));
  return new StartupError(
    `The role of DATABASE_URL may not become ${role} (${cause.message}). As a superuser: GRANT ${role} TO ${login}; or, ` +
      `where it may not connect: GRANT CONNECT ON DATABASE ${database} TO ${login};`,
    { cause },
  );
}

/** Runs `work` over connections of the owner's, which are closed afterwards. */
export async function asOwner<T>(host: DatabaseHost, work: (owner: DataSource) => Promise<T>): Promise<T> {
  const owner = await openDataSource(host.ownerTarget());
  try {
    return await work(owner);
  } finally {
    await owner.destroy();
  }
}

/** The pool that TypeORM made. */
export function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { readonly master: Pool }).master;
}

/**
 * A connection that breaks while somebody has it says so by this event too, perhaps in the very message that made it
 * ready: from the moment that it leaves the pool someone must listen, or the process ends. The statement rejects too.
 */
export function surviveLoss(connection: ClientBase): void {
  if (!connection.listeners('error').includes(ignore)) connection.on('error', ignore);
}

function ignore(): void {
  // What uses the connection is told by its statement.
}

/** A connection target without its password. */
export function nameOf({ url }: ConnectionTarget): string {
  if (url === undefined || !URL.canParse(url)) return 'the embedded database';
  const { hostname, port, pathname, username } = new URL(url);
  return `${username}@${hostname}:${port || '5432'}${pathname}`;
}
