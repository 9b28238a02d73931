import type { AppConfig } from '../../config/app-config';

/** Which backend is in use, decided once, at start. */
export interface BackendChoice {
  readonly backend: 'postgresql' | 'chromadb';
  /** PostgreSQL was asked for and could not be used: what is written meanwhile has to be brought there later. */
  readonly fallback: boolean;
  /** For people; null where there is nothing to say. */
  readonly reason: string | null;
}

/**
 * What `MEMORY_BACKEND` and `DATABASE_URL` come to. A forced backend is taken as it is: where it cannot be used, the
 * start fails and says why.
 *
 * @param unfitness why the server of `DATABASE_URL` cannot be used, if so; asked only for `auto`.
 */
export async function chooseBackend(
  { memory, database }: Pick<AppConfig, 'memory' | 'database'>,
  unfitness: () => Promise<Error | undefined>,
): Promise<BackendChoice> {
  if (memory.backend === 'chromadb') return { backend: 'chromadb', fallback: false, reason: null };
  const embedded = database.url?.startsWith('pglite:') === true;
  const postgresql: BackendChoice = {
    backend: 'postgresql',
    fallback: false,
    reason: embedded ? 'PostgreSQL runs embedded (PGlite): for one process, for trying and for tests.' : null,
  };
  if (memory.backend === 'postgresql') return postgresql;
  if (database.url === undefined)
    return { backend: 'chromadb', fallback: false, reason: 'DATABASE_URL is not set.' };
  const problem = await unfitness();
  return problem ? { backend: 'chromadb', fallback: true, reason: problem.message } : postgresql;
}
