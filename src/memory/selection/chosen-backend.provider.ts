import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../config/app-config';
import type { Embedder } from '../../embedding/embedder';
import type { BackendChoice } from './backend-choice';
import type { BackendState } from '../backend-state';
import { type ChromaSurroundings, openChroma } from '../chroma/open-chroma';
import { PendingPlace } from '../chroma/pending-place';
import { FallbackBackend } from './fallback-backend';
import { FallbackState } from './fallback-state';
import type { Clock, MemoryBackend } from '../memory-backend';
import { PostgresDatabase } from '../postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../postgres/postgres-memory.repository';
import { SteadyState } from './steady-state';
import { WaitingMemories } from './waiting-memories';
import { WordAnalysis } from '../../words/word-analysis';

/** A backend, not connected yet, and how things are with whatever takes its part: tests put others in its place. */
export interface ChosenBackend {
  readonly backend: MemoryBackend;
  readonly stateOf: (backend: MemoryBackend) => BackendState;
}

/** What backends are made of. */
export interface BackendParts {
  readonly config: AppConfig;
  /** Not connected; of nothing where no URL is configured. */
  readonly database: PostgresDatabase;
  readonly clock: Clock;
  readonly embedder: Embedder;
}

/** What was chosen, made. */
export function makeBackend(
  { backend, fallback, reason }: BackendChoice,
  parts: BackendParts,
): ChosenBackend {
  const { clock } = parts;
  if (fallback) return makeFallback(parts, reason ?? '');
  if (backend === 'chromadb')
    return {
      backend: openChroma(parts.config, surroundingsOf(parts)),
      stateOf: (inUse) => new SteadyState(inUse, reason, clock.now()),
    };
  const postgres = postgresOf(parts);
  const { waiting } = waitingFor(postgres, parts);
  return { backend: postgres, stateOf: (inUse) => new SteadyState(inUse, reason, clock.now(), waiting) };
}

export function databaseOf({ database }: AppConfig): PostgresDatabase {
  const logger = new Logger('PostgreSQL');
  return new PostgresDatabase(database, (message) => logger.log(message));
}

function makeFallback(parts: BackendParts, problem: string): ChosenBackend {
  const { config, clock } = parts;
  const log = new Logger('Fallback');
  const chroma = openChroma(config, surroundingsOf(parts), { marksPending: true });
  const postgres = postgresOf(parts);
  const backend = new FallbackBackend(chroma);
  const state = new FallbackState(
    { backend, chroma, postgres, clock, log, ...waitingFor(postgres, parts) },
    problem,
  );
  return { backend, stateOf: () => state };
}

function waitingFor(
  postgres: PostgresMemoryRepository,
  parts: BackendParts,
): { readonly place: PendingPlace; readonly waiting: WaitingMemories } {
  const place = new PendingPlace(parts.config, surroundingsOf(parts));
  const arrived = postgres.arrived.bind(postgres);
  return { place, waiting: new WaitingMemories(place, arrived, parts.clock, new Logger('Fallback')) };
}

function postgresOf({ config, database, clock, embedder }: BackendParts): PostgresMemoryRepository {
  const analysis = new WordAnalysis(config.memory.textSearchLanguage);
  return new PostgresMemoryRepository(database, clock, () => embedder.model, analysis);
}

function surroundingsOf({ clock, embedder }: BackendParts): ChromaSurroundings {
  return { clock, log: new Logger('ChromaDB'), dimension: () => embedder.model.dimension };
}
