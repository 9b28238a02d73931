import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileKeyStore } from '../../src/auth/file-key-store';
import type { KeyStore } from '../../src/auth/key-store';
import { readAppConfig } from '../../src/config/environment';
import { EmbeddingModel } from '../../src/embedding/embedder';
import { openChroma } from '../../src/memory/chroma/open-chroma';
import { InMemoryRepository } from '../../src/memory/in-memory/in-memory.repository';
import { Clock, MemoryBackend } from '../../src/memory/memory-backend';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresKeyStore } from '../../src/memory/postgres/keys/postgres-key-store';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import { EmbeddedDatabase } from './embedded-database';
import { createTestDatabase, databaseConfig } from './postgres-server';

const SILENT = { debug: () => undefined, log: () => undefined, warn: () => undefined };

/** An empty backend, not connected yet, and what to do after it was closed; no other until then. */
export interface FreshBackend {
  readonly backend: MemoryBackend;
  /** Of its users: beside the memories, or in the same database. */
  readonly keys: KeyStore;
  remove(): Promise<void>;
}

/** `postgresql` is a server of its own, at `TEST_DATABASE_URL`. */
const KINDS = ['in-memory', 'chromadb', 'pglite', 'postgresql'] as const;

export type BackendKind = (typeof KINDS)[number];

/** Those that can be tested here. */
export const TESTABLE_KINDS = KINDS.filter((kind) => kind !== 'postgresql' || process.env.TEST_DATABASE_URL);

/** What `TEST_BACKEND` names: in memory, if it is not set. */
function chosenKind(): BackendKind {
  const chosen = process.env.TEST_BACKEND ?? 'in-memory';
  const kind = KINDS.find((candidate) => candidate === chosen);
  if (!kind) throw new Error(`TEST_BACKEND takes ${KINDS.join(', ')}.`);
  return kind;
}

let embedded: EmbeddedDatabase | undefined;
afterAll(() => embedded?.end());

/** The backend that end-to-end tests run on. */
export async function freshBackend(
  clock: Clock,
  model: () => EmbeddingModel,
  kind = chosenKind(),
): Promise<FreshBackend> {
  const on = (database: PostgresDatabase) => ({
    backend: new PostgresMemoryRepository(database, clock, model),
    keys: new PostgresKeyStore(database),
  });
  switch (kind) {
    case 'postgresql': {
      const database = await createTestDatabase();
      const postgres = new PostgresDatabase(databaseConfig(database.url), () => undefined);
      return { ...on(postgres), remove: () => database.drop() };
    }
    case 'pglite': {
      const database = (embedded ??= new EmbeddedDatabase());
      return { ...on(database), remove: () => database.clear() };
    }
    case 'chromadb': {
      // The lock of the directory stands beside it.
      const parent = await mkdtemp(join(tmpdir(), 'chroma-'));
      const config = readAppConfig({ CHROMA_PATH: join(parent, 'data') });
      return {
        backend: openChroma(config, { clock, log: SILENT, dimension: () => model().dimension }),
        keys: new FileKeyStore(config.auth.keysFile),
        remove: () => rm(parent, { recursive: true }),
      };
    }
    case 'in-memory':
      return { backend: new InMemoryRepository(clock), ...temporaryKeys() };
  }
}

/** Users and keys in a directory that is made when the first of them is. */
export function temporaryKeys(): Pick<FreshBackend, 'keys' | 'remove'> {
  const directory = join(tmpdir(), `wisdom-keys-${randomUUID()}`);
  return {
    keys: new FileKeyStore(join(directory, 'keys.json')),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
