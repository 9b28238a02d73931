import type { DatabaseConfig } from '../../../config/app-config';
import type { DatabaseHost } from './database-host';
import { EmbeddedHost } from './embedded-host';
import { ServerHost } from './server-host';

/** How a `DATABASE_URL` begins that names a directory for an embedded database. */
const EMBEDDED = 'pglite:';

/** Where the database of `DATABASE_URL` runs. */
export function hostOf(config: DatabaseConfig): DatabaseHost {
  return config.url?.startsWith(EMBEDDED)
    ? new EmbeddedHost(config, config.url.slice(EMBEDDED.length))
    : new ServerHost(config);
}
