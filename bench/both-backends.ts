import type { Row } from './benchmark';
import { withDatabase } from './tenant-database';

/** Measures on ChromaDB, then on PostgreSQL: by the backend's name and the variables of a service on it. */
export async function onBothBackends(
  database: string | undefined,
  measure: (backend: string, environment: Record<string, string>) => Promise<Row[]>,
): Promise<Row[]> {
  return [
    ...(await measure('ChromaDB', { MEMORY_BACKEND: 'chromadb' })),
    ...(await withDatabase(database, (DATABASE_URL) =>
      measure('PostgreSQL', { MEMORY_BACKEND: 'postgresql', DATABASE_URL }),
    )),
  ];
}
