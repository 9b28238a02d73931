import { IntersectionType } from '@nestjs/swagger';
import { JsonRecord, NestedList, Text, Timestamp, WholeNumber } from '../../common/validation.decorator';
import { parseTimestamp } from '../../common/timestamp';
import type { JsonObject } from '../memory';
import type { MemoryInput, MemoryPatchInput } from '../memory-input';
import { TenantDto } from './filter.dto';

/** One thing to remember. */
export class NewMemoryDto {
  /** The text to remember. It is found by its meaning; longer than the model reads, by that of each of its parts. */
  @Text({ limit: 'contentCharacters', example: 'Wisdom is understanding what truly matters' })
  readonly content!: string;

  /** The session it belongs to: whole, within ±(2^53 - 1). */
  @WholeNumber({ optional: true, example: 1 })
  readonly session_id?: number;

  /** What kind of memory it is: `conversation`, `reflection`, or a word of your own. */
  @Text({ limit: 'labelBytes', optional: true })
  readonly content_type: string = 'conversation';

  /**
   * Whatever else belongs to it, kept as it is, within the limits named above. Keys must not begin with `$`. A
   * `session_type` or `project` in here counts as the field of that name where the field is not given itself.
   */
  @JsonRecord({ optional: true, example: { session_type: 'philosophy' } })
  readonly metadata: JsonObject = {};

  /** The kind of session it belongs to. */
  @Text({ limit: 'labelBytes', optional: true, example: 'philosophy' })
  readonly session_type?: string;

  /** Name of the project it belongs to; created when it is first used. */
  @Text({ limit: 'projectNameCharacters', optional: true, example: 'Kitchen garden' })
  readonly project?: string;

  /** Id of the project it belongs to, instead of `project`; it must exist. */
  @WholeNumber({ min: 1, optional: true })
  readonly project_id?: number;

  /** The agent that stores it. */
  @Text({ limit: 'labelBytes', optional: true, example: 'gardener' })
  readonly agent_id?: string;

  /** Who said it. Not given, it is read from a text that begins with a name and a colon. */
  @Text({ limit: 'labelBytes', optional: true, example: 'Ana' })
  readonly speaker?: string;

  /**
   * Your own key for it, unique per user: storing under a key that exists replaces that memory. Its limit is
   * in bytes of UTF-8; not a UUID and none of the words of our paths. It is taken wherever an id is.
   */
  @Text({ limit: 'externalIdBytes', optional: true, example: 'note-17' })
  readonly external_id?: string;

  /**
   * When it was said (ISO 8601; without a zone it is UTC). If not given, now, or what it was of the memory that this
   * one replaces.
   */
  @Timestamp({ optional: true, example: '2026-05-08T13:56:00Z' })
  readonly occurred_at?: string;

  /** From this moment on it is as if deleted (ISO 8601). Never, if not given. */
  @Timestamp({ optional: true, example: '2099-01-01T00:00:00Z' })
  readonly expires_at?: string;
}

export class StoreDto extends IntersectionType(NewMemoryDto, TenantDto) {}

/** Several memories of one user: all of them are stored, or none. */
export class StoreBatchDto extends TenantDto {
  /** They are embedded together, which is much faster than one by one. */
  @NestedList(() => NewMemoryDto, { limit: 'batchMemories' })
  readonly memories!: NewMemoryDto[];
}

/** What to change. A field that is left out stays; `null` clears one that may be empty. */
export class PatchMemoryDto extends TenantDto {
  /** A new text; it is embedded anew. */
  @Text({ limit: 'contentCharacters', omissible: true })
  readonly content?: string;

  /** A JSON merge patch (RFC 7396): keys given replace, `null` removes a key, others stay. */
  @JsonRecord({ omissible: true, example: { starred: true, draft: null } })
  readonly metadata?: JsonObject;

  /** What kind of memory it is. */
  @Text({ limit: 'labelBytes', omissible: true })
  readonly content_type?: string;

  /** The session it belongs to; `null` for none. */
  @WholeNumber({ nullable: true })
  readonly session_id?: number | null;

  /** The kind of session it belongs to; `null` for none. */
  @Text({ limit: 'labelBytes', nullable: true })
  readonly session_type?: string | null;

  /** Name of the project it belongs to, created when it is first used; `null` for none. */
  @Text({ limit: 'projectNameCharacters', nullable: true })
  readonly project?: string | null;

  /** Id of the project it belongs to, instead of `project`; `null` for none. */
  @WholeNumber({ min: 1, nullable: true })
  readonly project_id?: number | null;

  /** The agent that stored it; `null` for none. */
  @Text({ limit: 'labelBytes', nullable: true })
  readonly agent_id?: string | null;

  /** Who said it; `null` for nobody known. */
  @Text({ limit: 'labelBytes', nullable: true })
  readonly speaker?: string | null;

  /** When it was said (ISO 8601; without a zone it is UTC). */
  @Timestamp({ omissible: true })
  readonly occurred_at?: string;

  /** From this moment on it is as if deleted; `null` for never. */
  @Timestamp({ nullable: true })
  readonly expires_at?: string | null;
}

export function memoryInput(dto: NewMemoryDto): MemoryInput {
  return {
    ...sharedInput(dto),
    externalId: dto.external_id,
    expiresAt: parseTimestamp(dto.expires_at),
  };
}

export function memoryPatchInput(dto: PatchMemoryDto): MemoryPatchInput {
  return {
    ...sharedInput(dto),
    expiresAt: dto.expires_at === null ? null : parseTimestamp(dto.expires_at),
  };
}

/** What storing and changing name alike, of the types that each of the two gives it. */
function sharedInput<Dto extends NewMemoryDto | PatchMemoryDto>(dto: Dto) {
  return {
    content: dto.content as Dto['content'],
    contentType: dto.content_type,
    metadata: dto.metadata,
    sessionId: dto.session_id as Dto['session_id'],
    sessionType: dto.session_type as Dto['session_type'],
    project: dto.project as Dto['project'],
    projectId: dto.project_id as Dto['project_id'],
    agentId: dto.agent_id as Dto['agent_id'],
    speaker: dto.speaker as Dto['speaker'],
    occurredAt: parseTimestamp(dto.occurred_at),
  };
}
