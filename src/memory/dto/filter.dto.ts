import { Text, TextList, JsonRecord, Timestamp, WholeNumber } from '../../common/validation.decorator';
import { parseTimestamp } from '../../common/timestamp';
import type { JsonObject } from '../memory';
import type { FilterInput } from '../memory-input';

/** Whose memories. */
export class TenantDto {
  /**
   * The user whose memories these are; nobody else's are ever read or changed. Not given, it is the user of the key, or 1
   * where the service takes none. Another than that of the key is refused.
   */
  @WholeNumber({ min: 1, optional: true })
  readonly user_id?: number;
}

/** Types that one filter may list. */
const MOST_TYPES = 100;

/** What a memory must be like; every condition that is given must hold. */
export class FilterDto {
  /** Name of a project. One that does not exist holds nothing. */
  @Text({ limit: 'projectNameCharacters', optional: true, example: 'Kitchen garden' })
  readonly project?: string;

  /** Id of a project, as `GET /projects` lists them; instead of `project`. */
  @WholeNumber({ min: 1, optional: true })
  readonly project_id?: number;

  /** The session it belongs to. */
  @WholeNumber({ optional: true })
  readonly session_id?: number;

  /** The kind of session it belongs to. */
  @Text({ limit: 'labelBytes', optional: true, example: 'wisdom_only' })
  readonly session_type?: string;

  /** The agent that stored it. */
  @Text({ limit: 'labelBytes', optional: true, example: 'gardener' })
  readonly agent_id?: string;

  /** Who said it. */
  @Text({ limit: 'labelBytes', optional: true, example: 'Ana' })
  readonly speaker?: string;

  /** Its type is one of these. */
  @TextList({ max: MOST_TYPES, limit: 'labelBytes', optional: true })
  readonly content_types?: string[];

  /**
   * Conditions on metadata: `{"field": value}` or `{"field": {"$eq" | "$ne" | "$gt" | "$gte" | "$lt" | "$lte" | "$in" |
   * "$nin" | "$exists" | "$contains": value}}`, combined by `$and`, `$or` and `$not`. A field is a dotted path through
   * objects; a dot in a key is written `\.`. Its depth and its conditions are among the limits named above; 1,000 values
   * in all its lists, 128 KiB as JSON. Values are compared as JSON: 1 is not "1".
   */
  @JsonRecord({ optional: true })
  readonly metadata_filter?: JsonObject;

  /** It was said at this moment or later (ISO 8601; without a zone it is UTC). */
  @Timestamp({ optional: true })
  readonly occurred_after?: string;

  /** It was said before this moment (ISO 8601; without a zone it is UTC). */
  @Timestamp({ optional: true })
  readonly occurred_before?: string;
}

export function filterInput(dto: FilterDto): FilterInput {
  return {
    project: dto.project,
    projectId: dto.project_id,
    sessionId: dto.session_id,
    sessionType: dto.session_type,
    agentId: dto.agent_id,
    speaker: dto.speaker,
    contentTypes: dto.content_types,
    metadataFilter: dto.metadata_filter,
    occurredAfter: parseTimestamp(dto.occurred_after),
    occurredBefore: parseTimestamp(dto.occurred_before),
  };
}
