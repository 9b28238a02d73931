import type { DatabaseConfig } from '../../../config/app-config';
import type { ConnectionTarget } from './data-source-options';
import type { DatabaseHost } from './database-host';
import { APP_ROLE } from './schema-names';

/** A PostgreSQL server that somebody else runs. */
export class ServerHost implements DatabaseHost {
  readonly embedded = false;

  constructor(private readonly config: DatabaseConfig) {}

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  ownerTarget(): ConnectionTarget {
    const { url, adminUrl = url, connectTimeoutMs } = this.config;
    const variable = adminUrl === url ? 'DATABASE_URL' : 'DATABASE_ADMIN_URL';
    // One connection holds the lock while another migrates; building an index over a large table takes what it takes.
    return { url: adminUrl, variable, poolSize: 2, connectTimeoutMs, statementTimeoutMs: 0 };
  }

  /**
   * Statements may be sent before those in front of them are answered: a transaction begins with its first statement. What
   * stands outside of any transaction reaches no tenant either.
   */
  serviceTarget(): ConnectionTarget {
    return { ...this.config, role: APP_ROLE, driverOptions: { pipeline: true } };
  }
}
