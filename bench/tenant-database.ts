import { Client, PoolClient } from 'pg';
import type { DatabaseConfig } from '../src/config/app-config';
import type { EmbeddingModel } from '../src/embedding/embedder';
import type { EmbeddedMemory, Project, VectorQuery } from '../src/memory/memory';
import { PostgresDatabase } from '../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../src/memory/postgres/postgres-memory.repository';
import { searchMemories } from '../src/memory/postgres/search/search-memories';
import { databaseConfig } from '../test/support/postgres-server';
import { ThrowawayServer } from '../test/support/throwaway-server';
import type { Corpus } from './corpus';
import { DIMENSION, vectorAt } from './real-vectors';

const BATCH = 1_000;

const AGENTS = ['six', 'seven', 'eight'];
const CONTENT_TYPES = ['conversation', 'reflection', 'decision', 'conversation'];

/** A server that holds what is measured in memory, as one that is run for it does. */
const SERVER_SETTINGS = ['-c', 'shared_buffers=1GB', '-c', 'max_wal_size=4GB'];

export const MODEL: EmbeddingModel = {
  name: 'all-MiniLM-L6-v2',
  revision: 'main',
  dimension: DIMENSION,
  pooling: 'mean',
  normalised: true,
  dtype: 'q8',
};

/** The built-in fields and the metadata of memory `n`, so that filters of known parts of a tenant can be made. */
export function numberedMemory({ texts, vectors }: Corpus, n: number, tenth: Project): EmbeddedMemory {
  const memory = {
    externalId: String(n),
    project: n % 10 === 0 ? tenth : null,
    sessionId: n % 100,
    sessionType: n % 5 === 0 ? 'call' : 'chat',
    agentId: AGENTS[n % 3]!,
    speaker: n % 2 === 0 ? 'Bob' : 'Ana',
    contentType: CONTENT_TYPES[n % 4]!,
    content: texts[n % texts.length]!,
    metadata: { thousandth: n % 1_000, tenths: n % 10 },
    occurredAt: new Date(Date.UTC(2024, 0, 1) + n * 1_000),
    expiresAt: null,
  };
  return { memory, vectors: [vectorAt(vectors, n)] };
}

/**
 * Works with a database: the one given, which keeps what is put there for the next run, or one on a server that is
 * started for it and removed.
 */
export async function withDatabase<T>(
  given: string | undefined,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (given !== undefined) return work(given);
  const server = await ThrowawayServer.start(...SERVER_SETTINGS);
  try {
    return await work(server.url);
  } finally {
    await server.remove();
  }
}

/** Works with the repository over a database, configured as by default but for the changes. */
export async function withRepository<T>(
  url: string,
  work: (repository: PostgresMemoryRepository, database: PostgresDatabase) => Promise<T>,
  changes: Partial<DatabaseConfig> = {},
): Promise<T> {
  const config = databaseConfig(url, { statementTimeoutMs: 0, ...changes });
  const database = new PostgresDatabase(config, () => undefined);
  const repository = new PostgresMemoryRepository(database, { now: () => new Date() }, () => MODEL);
  await repository.connect();
  try {
    return await work(repository, database);
  } finally {
    await repository.close();
  }
}

/** Sees to it that these users have so many memories each, vacuumed, and their approximate indexes. */
export async function fillTenants(
  url: string,
  repository: PostgresMemoryRepository,
  corpus: Corpus,
  tenants: readonly (readonly [userId: number, memories: number])[],
): Promise<void> {
  for (const [userId, memories] of tenants) {
    const tenth = await repository.ensureProject(userId, 'Tenth');
    for (let start = await repository.count(userId); start < memories; start += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, memories - start) }, (_, i) =>
        numberedMemory(corpus, start + i, tenth),
      );
      await repository.store(userId, batch);
    }
  }
  await vacuum(url);
  await repository.keepIndexes();
}

/** The statements of a tenant's search, exact or by their approximate index. */
export function searchAs(
  userId: number,
  connection: PoolClient,
  query: VectorQuery,
  indexed: boolean,
): Promise<unknown> {
  return searchMemories({ connection, userId, now: new Date(), modelId: 1, copies: true }, query, indexed);
}

/** So that scans need not look at the table. */
export async function vacuum(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query('vacuum analyze');
  await client.end();
}
