import { JsonObject, Memory } from '../memory';
import { millisecondsOf } from './milliseconds-sql';

/**
 * A memory as a statement answers it. The driver gives a bigint as text. Moments are milliseconds since 1970: as dates they
 * took a sixth of the time of a search among few.
 */
export interface MemoryRow {
  readonly id: string;
  readonly external_id: string | null;
  readonly project_id: number | null;
  readonly project: string | null;
  readonly session_id: string | null;
  readonly session_type: string | null;
  readonly agent_id: string | null;
  readonly speaker: string | null;
  readonly content_type: string;
  readonly content: string;
  readonly content_is_preview: boolean;
  readonly metadata: JsonObject;
  readonly occurred_at: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly expires_at: number | null;
}

/** What a statement selects to make a `MemoryRow`, of `MEMORY_TABLES`. */
export const MEMORY_COLUMNS = `
  memory.id, memory.external_id, memory.project_id, project.name as project, memory.session_id, memory.session_type,
  memory.agent_id, memory.speaker, memory.content_type, memory.content, memory.content_is_preview, memory.metadata,
  ${['occurred_at', 'created_at', 'updated_at', 'expires_at']
    .map((moment) => `${millisecondsOf(`memory.${moment}`)} as ${moment}`)
    .join(', ')}`;

export const MEMORY_TABLES = `
  wisdom_memory.memories as memory
  left join wisdom_memory.projects as project on project.user_id = memory.user_id and project.id = memory.project_id`;

export function memoryFromRow(userId: number, row: MemoryRow): Memory {
  return {
    id: row.id,
    userId,
    externalId: row.external_id,
    projectId: row.project_id,
    project: row.project,
    sessionId: row.session_id === null ? null : Number(row.session_id),
    sessionType: row.session_type,
    agentId: row.agent_id,
    speaker: row.speaker,
    contentType: row.content_type,
    content: row.content,
    contentIsPreview: row.content_is_preview,
    metadata: row.metadata,
    occurredAt: new Date(row.occurred_at),
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
    expiresAt: row.expires_at === null ? null : new Date(row.expires_at),
  };
}
