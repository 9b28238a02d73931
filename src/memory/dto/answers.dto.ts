import { ApiProperty } from '@nestjs/swagger';
import type { Deletion, Memory, SearchStrategy } from '../memory';
import type { BackendName } from '../memory-backend';
import { SEARCH_MODES, type SearchMode } from '../hybrid/memory-search';
import type { ScoredHit } from '../hybrid/hybrid-search';
import type { ListOutcome, SearchOutcome } from '../memory-input';
import type { PromptContext } from '../prompt-context';
import { MemoryDto, memoryDto, SearchResultDto, searchResultDto } from './memory.dto';

export class StoredDto {
  /**
   * The memory's id.
   * @example "0197f3a1-6f0e-7c44-9d3b-0b8f3a5e2c11"
   */
  readonly embedding_id!: string;

  /** Always true: a failure is never a 200. */
  readonly success!: boolean;

  /**
   * The same in a sentence.
   * @example "Content stored with ID: 0197f3a1-6f0e-7c44-9d3b-0b8f3a5e2c11"
   */
  readonly message!: string;

  /** The memory as it was stored. */
  readonly memory!: MemoryDto;
}

export class StoredItemDto {
  /**
   * The memory's id.
   * @example "0197f3a1-6f0e-7c44-9d3b-0b8f3a5e2c11"
   */
  readonly id!: string;

  /** The same as `id`. */
  readonly embedding_id!: string;

  /** Your own key, where you gave one. */
  readonly external_id!: string | null;
}

export class StoredBatchDto {
  /** One for each memory, in the order given. */
  readonly items!: StoredItemDto[];

  /** How many were stored. */
  @ApiProperty({ type: 'integer' })
  readonly count!: number;
}

/** How a search was done. */
export class SearchInfoDto {
  /** How memories were looked for. */
  @ApiProperty({ enum: SEARCH_MODES })
  readonly mode!: SearchMode;

  /** How the nearest were found. `exact`: every vector that the filter leaves was compared; `index`: through an approximate index. */
  readonly strategy!: SearchStrategy;

  /**
   * True when no better memory can have been missed: by an approximate index, because a word is too common to look up, or while
   * words are being rewritten (`GET /status` says so).
   */
  readonly exhaustive!: boolean;

  /** Where memories are kept. */
  readonly backend!: BackendName;

  /** True while the service answers from less than everything; `GET /status` says why. */
  readonly degraded!: boolean;

  /**
   * Milliseconds that it took here, embedding the question included.
   * @example 6.4
   */
  readonly took_ms!: number;
}

export class SearchAnswerDto {
  /** By falling `score`; equal ones by rising id. */
  readonly results!: SearchResultDto[];

  /**
   * What was asked.
   * @example "What is wisdom?"
   */
  readonly query!: string;

  /** How many results. */
  @ApiProperty({ type: 'integer' })
  readonly count!: number;

  /** How it was done. */
  readonly search!: SearchInfoDto;
}

export class ContextAnswerDto {
  /**
   * Ready for a prompt: a line for each memory, in the order they were said.
   * @example "[2026-05-08 13:56, session 1] Wisdom is understanding what truly matters"
   */
  readonly context!: string;

  /** The memories used, in the order they stand in the text. */
  readonly memories!: SearchResultDto[];

  /** How long the text is, as the embedding model counts; never more than `max_tokens`. */
  @ApiProperty({ type: 'integer' })
  readonly tokens!: number;
}

export class MemoryListDto {
  /** Newest first, by `occurred_at`. */
  readonly items!: MemoryDto[];

  /** How many are on this page. */
  @ApiProperty({ type: 'integer' })
  readonly count!: number;

  /** How many the filter matches; with `total=true`. */
  @ApiProperty({ type: 'integer' })
  readonly total?: number;

  /** For the next page; null on the last one. */
  readonly next_cursor!: string | null;
}

export class DeletedDto {
  /** How many memories were deleted. */
  @ApiProperty({ type: 'integer' })
  readonly deleted!: number;
}

export class DeletionDto extends DeletedDto {
  /** How many memories the filter matches. */
  @ApiProperty({ type: 'integer' })
  readonly matched!: number;

  /** True when nothing was deleted because only a count was asked for. */
  readonly dry_run!: boolean;
}

export function storedDto(memory: Memory): StoredDto {
  const { id } = memory;
  return {
    embedding_id: id,
    success: true,
    message: `Content stored with ID: ${id}`,
    memory: memoryDto(memory),
  };
}

export function storedBatchDto(memories: readonly Memory[]): StoredBatchDto {
  const items = memories.map(({ id, externalId }) => ({ id, embedding_id: id, external_id: externalId }));
  return { items, count: items.length };
}

export function searchAnswerDto(query: string, outcome: SearchOutcome): SearchAnswerDto {
  const { hits, mode, strategy, exhaustive, backend, degraded, tookMs } = outcome;
  const took_ms = Number(tookMs.toFixed(2));
  return {
    results: hits.map(searchResultDto),
    query,
    count: hits.length,
    search: { mode, strategy, exhaustive, backend, degraded, took_ms },
  };
}

export function contextAnswerDto({ text, hits, tokens }: PromptContext<ScoredHit>): ContextAnswerDto {
  return { context: text, memories: hits.map(searchResultDto), tokens };
}

export function memoryListDto({ items, nextCursor, total }: ListOutcome): MemoryListDto {
  return {
    items: items.map(memoryDto),
    count: items.length,
    ...(total === undefined ? {} : { total }),
    next_cursor: nextCursor,
  };
}

export function deletedDto({ deleted }: Deletion): DeletedDto {
  return { deleted };
}

export function deletionDto(deletion: Deletion, dryRun: boolean): DeletionDto {
  return { ...deletion, dry_run: dryRun };
}
