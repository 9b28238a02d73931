import { IntersectionType } from '@nestjs/swagger';
import { Flag, Fraction, Nested, OneOf, Text, WholeNumber } from '../../common/validation.decorator';
import { InvalidInputError } from '../../common/domain.error';
import { SEARCH_MODES, type SearchMode } from '../hybrid/memory-search';
import type { ListInput, PageInput, SearchInput } from '../memory-input';
import { FilterDto, filterInput, TenantDto } from './filter.dto';

class SearchOptionsDto extends IntersectionType(FilterDto, TenantDto) {
  /** What is looked for, in plain words. */
  @Text({ limit: 'queryCharacters', example: 'What is wisdom?' })
  readonly query!: string;

  /** Its type; `content_types` with one type. */
  @Text({ limit: 'labelBytes', optional: true, example: 'reflection' })
  readonly search_type?: string;

  /** Memories whose `similarity` is less are no results, in every mode: cosine, -1 to 1. */
  @Fraction({ min: -1, max: 1, optional: true, example: 0.3 })
  readonly min_similarity?: number;

  /**
   * How it is looked for. `hybrid`: by words and meaning together, with what was said around it in its session and by whom.
   * `semantic`: by meaning alone. `keyword`: by words and what was said around them; what has none is no result.
   */
  @OneOf(SEARCH_MODES, { optional: true })
  readonly mode: SearchMode = 'hybrid';

  /**
   * Let age count: a score is multiplied by 1 if said now, by 0.75 if said so many days ago, and by 0.5 at least. Left out, age
   * does not matter.
   */
  @Fraction({ min: 0.01, max: 100_000, optional: true, example: 30 })
  readonly recency_half_life_days?: number;
}

export class SearchDto extends SearchOptionsDto {
  /** How many results at most. */
  @WholeNumber({ min: 1, limit: 'results', optional: true })
  readonly n_results: number = 3;
}

export class ContextDto extends SearchOptionsDto {
  /** How long the text may be, in tokens as the embedding model counts them. */
  @WholeNumber({ min: 1, max: 100_000, optional: true })
  readonly max_tokens: number = 1000;

  /** How many memories at most. */
  @WholeNumber({ min: 1, limit: 'results', optional: true })
  readonly n_results: number = 20;
}

/** @throws InvalidInputError where two fields say the same differently. */
export function searchInput(dto: SearchDto | ContextDto): SearchInput {
  if (dto.search_type !== undefined && dto.content_types !== undefined)
    throw new InvalidInputError([{ field: 'search_type', reason: 'must be left out beside content_types' }]);
  const contentTypes = dto.search_type === undefined ? dto.content_types : [dto.search_type];
  return {
    query: dto.query,
    filter: { ...filterInput(dto), contentTypes },
    limit: dto.n_results,
    minSimilarity: dto.min_similarity,
    mode: dto.mode,
    recencyHalfLifeDays: dto.recency_half_life_days,
  };
}

/** One page of a list. */
export class PageDto extends TenantDto {
  /** How many on a page at most. */
  @WholeNumber({ min: 1, limit: 'results', optional: true })
  readonly n_results: number = 10;

  /** `next_cursor` of the page before. */
  @Text({ optional: true })
  readonly cursor?: string;
}

export function pageInput({ n_results, cursor }: PageDto): PageInput {
  return { limit: n_results, cursor };
}

export class ListDto extends IntersectionType(FilterDto, TenantDto) {
  /** How many on a page at most. */
  @WholeNumber({ min: 1, limit: 'results', optional: true })
  readonly limit: number = 20;

  /** `next_cursor` of the page before; everything else as it was there. */
  @Text({ optional: true })
  readonly cursor?: string;

  /** Count everything that the filter matches. */
  @Flag({ optional: true })
  readonly total: boolean = false;
}

export function listInput(dto: ListDto): ListInput {
  const { limit, cursor, total } = dto;
  return { filter: filterInput(dto), order: 'descending', limit, cursor, withTotal: total };
}

export class DeleteMatchingDto extends TenantDto {
  /** What is deleted: at least one condition. */
  @Nested(() => FilterDto, { example: { session_id: 7, content_types: ['conversation'] } })
  readonly filter!: FilterDto;

  /** Only count. */
  @Flag({ optional: true })
  readonly dry_run: boolean = false;

  /** Delete only if exactly so many match. */
  @WholeNumber({ min: 0, optional: true, example: 12 })
  readonly expected_count?: number;
}

export class ProjectContextDto extends TenantDto {
  /** How many of the newest memories. */
  @WholeNumber({ min: 1, limit: 'results', optional: true })
  readonly n_recent: number = 5;
}

/** `{id}` of a path. */
export class KeyParams {
  /** The memory's `id`, or the `external_id` it was stored under, percent-encoded (`/` as `%2F`). */
  @Text({ example: 'note-17' })
  readonly id!: string;
}

export class SessionParams {
  /** The session: whole, within ±(2^53 - 1). */
  @WholeNumber({ example: 1 })
  readonly session_id!: number;
}

export class ProjectParams {
  /** Name of the project, percent-encoded. */
  @Text({ limit: 'projectNameCharacters', example: 'Kitchen garden' })
  readonly name!: string;
}
