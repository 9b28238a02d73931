import { ApiProperty } from '@nestjs/swagger';
import type { ProjectSummary, Statistics } from '../memory';
import type { BackendName } from '../memory-backend';
import type { ServiceStatus } from '../status.service';

export class StatusDto {
  /** `degraded`: it answers, but not from where it should; `reason` says why. */
  readonly status!: 'available' | 'degraded' | 'not_initialized';

  /** Always true once the service listens. */
  readonly initialized!: boolean;

  /** Where memories are kept. */
  readonly backend!: BackendName;

  /** Whether PostgreSQL is in use and answers. */
  readonly postgres_available!: boolean;

  /** Whether ChromaDB is in use and answers. */
  readonly chroma_available!: boolean;

  /** Whether everything that the service needs answers. */
  readonly dependencies_available!: boolean;

  /**
   * The same in a sentence.
   * @example "Memory service is available with the chromadb backend"
   */
  readonly message!: string;

  /**
   * Name of the model that embeds.
   * @example "all-MiniLM-L6-v2"
   */
  readonly embedding_model!: string;

  /**
   * Numbers in each vector.
   * @example 384
   */
  @ApiProperty({ type: 'integer' })
  readonly embedding_dimension!: number;

  /** The caller's own memories. */
  @ApiProperty({ type: 'integer' })
  readonly total_memories!: number;

  /** 1 when the caller has memories, else 0: nobody learns how many others there are. */
  @ApiProperty({ type: 'integer' })
  readonly unique_users!: number;

  /**
   * Why this backend, or what is wrong; null where there is nothing to say. With keys, only for one with the scope `admin`:
   * it names places of the machine, and may count what is others'.
   */
  readonly reason!: string | null;

  /** Since when it has been so. */
  @ApiProperty({ type: 'string', format: 'date-time' })
  readonly since!: string;

  /** The caller's own that were stored while PostgreSQL could not be used, and wait to be brought there. */
  @ApiProperty({ type: 'integer' })
  readonly pending_sync!: number;

  /**
   * Version of the service.
   * @example "0.1.0"
   */
  readonly version!: string;

  /**
   * Names the vector space: model, revision, dimension, pooling and normalisation.
   * @example "all-MiniLM-L6-v2@main/384/mean/l2"
   */
  readonly fingerprint!: string;
}

export class InitializedDto extends StatusDto {
  /** Always true: a failure is never a 200. */
  readonly success!: boolean;
}

/** How much there is. */
export class SizesDto {
  /** Vectors: at least one for each memory. */
  @ApiProperty({ type: 'integer' })
  readonly chunks!: number;

  /** Length of all texts together. */
  @ApiProperty({ type: 'integer' })
  readonly characters!: number;
}

export class StatisticsDto {
  /** How many memories. */
  @ApiProperty({ type: 'integer' })
  readonly total_documents!: number;

  /** How many memories of each type. */
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { conversation: 3, reflection: 2 },
  })
  readonly by_type!: Record<string, number>;

  /** How many memories of each session type; those without one are in none. */
  @ApiProperty({ type: 'object', additionalProperties: { type: 'integer' }, example: { wisdom_only: 2 } })
  readonly by_session_type!: Record<string, number>;

  /** How many projects. */
  @ApiProperty({ type: 'integer' })
  readonly total_projects!: number;

  /**
   * Names, in code point order.
   * @example ["Kitchen garden", "Spanish learning"]
   */
  readonly projects!: string[];

  /** How many different sessions. */
  @ApiProperty({ type: 'integer' })
  readonly sessions!: number;

  /** When the earliest memory was said; null where there is none. */
  @ApiProperty({ type: 'string', format: 'date-time' })
  readonly oldest!: string | null;

  /** When the latest memory was said; null where there is none. */
  @ApiProperty({ type: 'string', format: 'date-time' })
  readonly newest!: string | null;

  /** How much it takes. */
  readonly sizes!: SizesDto;
}

/** @param detailed whether the caller operates the service. */
export function statusDto(
  { backend, state, model, fingerprint, memories, pending, version }: ServiceStatus,
  detailed: boolean,
): StatusDto {
  const status = state.degraded ? 'degraded' : 'available';
  return {
    status,
    initialized: true,
    backend,
    postgres_available: backend === 'postgresql',
    chroma_available: backend === 'chromadb',
    dependencies_available: true,
    message: `Memory service is ${status} with the ${backend} backend`,
    embedding_model: model.name,
    embedding_dimension: model.dimension,
    total_memories: memories,
    unique_users: memories > 0 ? 1 : 0,
    reason: detailed ? state.reason : null,
    since: state.since.toISOString(),
    pending_sync: pending,
    version,
    fingerprint,
  };
}

export function initializedDto(status: ServiceStatus, detailed: boolean): InitializedDto {
  const message = `Memory service initialized with ${status.backend} backend`;
  return { success: true, ...statusDto(status, detailed), message };
}

export function statisticsDto(statistics: Statistics, projects: readonly ProjectSummary[]): StatisticsDto {
  const { memories, byType, bySessionType, sessions, oldest, newest, chunks, characters } = statistics;
  return {
    total_documents: memories,
    by_type: byType,
    by_session_type: bySessionType,
    total_projects: projects.length,
    projects: projects.map(({ name }) => name),
    sessions,
    oldest: oldest?.toISOString() ?? null,
    newest: newest?.toISOString() ?? null,
    sizes: { chunks, characters },
  };
}
