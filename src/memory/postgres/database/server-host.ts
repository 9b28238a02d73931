import type { DatabaseConfig } from '../../../config/app-config';
import type { ConnectionTarget } from './data-source-options';
import type { DatabaseHost } from './database-host';

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

  /** Statements may be sent before those in front of them are answered: a transaction begins with its first statement. */
  serviceTarget(): ConnectionTarget {
    return { ...this.config, driverOptions: { pipeline: true } };
  }
}
