import { FileKeyStore } from '../auth/file-key-store';
import type { KeyStore } from '../auth/key-store';
import type { AppConfig } from '../config/app-config';
import { PostgresDatabase } from './postgres/database/postgres-database';
import { PostgresKeyStore } from './postgres/keys/postgres-key-store';

/**
 * Whether users and keys are in PostgreSQL. What is configured decides, not what can be reached: a key that was revoked
 * there must not open a door because PostgreSQL is away.
 */
export function keepsKeysInPostgres({ memory, database }: Pick<AppConfig, 'memory' | 'database'>): boolean {
  return memory.backend !== 'chromadb' && database.url !== undefined;
}

/** Where users and keys are kept. Nothing is opened before it is asked. */
export function openKeyStore(config: AppConfig, database: PostgresDatabase): KeyStore {
  return keepsKeysInPostgres(config)
    ? new PostgresKeyStore(database)
    : new FileKeyStore(config.auth.keysFile);
}

/** The same for a process that has nothing else open, and may take its time. */
export function openKeyStoreAlone(config: AppConfig, log: (message: string) => void): KeyStore {
  return openKeyStore(config, new PostgresDatabase({ ...config.database, statementTimeoutMs: 0 }, log));
}
