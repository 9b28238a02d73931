import { ApiProperty } from '@nestjs/swagger';
import type { SessionOutcome } from '../memory-input';
import { MemoryDto, memoryDto } from './memory.dto';

/** The newest memory of a kind in a session; null where there is none. */
export class EmbeddingIdsDto {
  /** The newest `conversation`. */
  readonly conversation!: string | null;

  /** The newest `reflection`. */
  readonly wisdom_reflection!: string | null;

  /** The newest `reflection` whose metadata has `reflection_type` `pedagogical`. */
  readonly pedagogical_reflection!: string | null;
}

export class SessionDto {
  /**
   * The session that was asked for.
   * @example 1
   */
  @ApiProperty({ type: 'integer' })
  readonly session_id!: number;

  /** In the order they were said. */
  readonly entries!: MemoryDto[];

  /** Of the whole session, whatever the page. */
  readonly embedding_ids!: EmbeddingIdsDto;

  /** How many entries are on this page. */
  @ApiProperty({ type: 'integer' })
  readonly count!: number;

  /** For the next page; null on the last one. */
  readonly next_cursor!: string | null;
}

export function sessionDto(sessionId: number, { items, nextCursor, newest }: SessionOutcome): SessionDto {
  return {
    session_id: sessionId,
    entries: items.map(memoryDto),
    embedding_ids: {
      conversation: newest.conversation?.id ?? null,
      wisdom_reflection: newest.reflection?.id ?? null,
      pedagogical_reflection: newest.pedagogicalReflection?.id ?? null,
    },
    count: items.length,
    next_cursor: nextCursor,
  };
}
