import { JsonObject, Memory } from '../memory';

/** A memory as a statement answers it. The driver gives a bigint as text. */
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
  readonly occurred_at: Date;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly expires_at: Date | null;
}

/** What a statement selects to make a `MemoryRow`, of `MEMORY_TABLES`. */
export const MEMORY_COLUMNS = `
  memory.id, memory.external_id, memory.project_id, project.name as project, memory.session_id, memory.session_type,
  memory.agent_id, memory.speaker, memory.content_type, memory.content, memory.content_is_preview, memory.metadata,
  memory.occurred_at, memory.created_at, memory.updated_at, memory.expires_at`;

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
    occurredAt: row.occurred_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
  };
}
