import { JsonValue, Memory } from '../memory';
import { timestampText } from './sql-parameters';

/** The columns of a memory that are written, with their types, in the order of `storedValues`. */
export const STORED_COLUMNS = {
  id: 'uuid',
  external_id: 'text',
  project_id: 'integer',
  session_id: 'bigint',
  session_type: 'text',
  agent_id: 'text',
  speaker: 'text',
  content_type: 'text',
  content: 'text',
  content_is_preview: 'boolean',
  characters: 'integer',
  metadata: 'jsonb',
  occurred_at: 'timestamptz',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  expires_at: 'timestamptz',
} as const;

export type StoredColumn = keyof typeof STORED_COLUMNS;

/** What a search filters by, kept beside every vector. */
export const COPIED_COLUMNS = [
  'project_id',
  'session_id',
  'session_type',
  'agent_id',
  'speaker',
  'content_type',
  'occurred_at',
  'expires_at',
] as const satisfies readonly StoredColumn[];

/** A memory as JSON and COPY take it. */
export function storedValues(memory: Memory): Record<StoredColumn, JsonValue> {
  return {
    id: memory.id,
    external_id: memory.externalId,
    project_id: memory.projectId,
    session_id: memory.sessionId,
    session_type: memory.sessionType,
    agent_id: memory.agentId,
    speaker: memory.speaker,
    content_type: memory.contentType,
    content: memory.content,
    content_is_preview: memory.contentIsPreview,
    characters: memory.content.length,
    metadata: memory.metadata,
    occurred_at: timestampText(memory.occurredAt),
    created_at: timestampText(memory.createdAt),
    updated_at: timestampText(memory.updatedAt),
    expires_at: memory.expiresAt && timestampText(memory.expiresAt),
  };
}

/** A vector as pgvector reads it. It keeps half precision of it. */
export function vectorText(vector: Float32Array): string {
  return `[${vector.join(',')}]`;
}
