import type { Examples } from '../common/api-call.decorator';
import type { ReadinessDto } from './health.dto';

const UP = { status: 'up' } as const;

/** What `/health/ready` says with 200. */
export const SERVING = {
  ok: {
    summary: 'All is well',
    value: { status: 'ok', checks: { postgresql: UP, model: UP } } satisfies ReadinessDto,
  },
  degraded: {
    summary: 'It serves from ChromaDB, since PostgreSQL is away',
    value: {
      status: 'degraded',
      checks: {
        chromadb: UP,
        model: UP,
        postgresql: { status: 'degraded', message: 'No PostgreSQL answers at db:5432.' },
      },
    } satisfies ReadinessDto,
  },
} satisfies Examples;

/** The same with 503. */
export const NOT_SERVING = {
  error: {
    summary: 'The store does not answer',
    value: {
      status: 'error',
      checks: { model: UP, postgresql: { status: 'down', message: 'timeout of 2000ms exceeded' } },
    } satisfies ReadinessDto,
  },
} satisfies Examples;
