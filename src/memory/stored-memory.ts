import { JsonObject, Memory, NewMemory } from './memory';

type FieldsInMetadata = Pick<Memory, 'contentType' | 'sessionId' | 'sessionType' | 'project'>;

/**
 * Metadata as it is stored, answered and filtered: the caller's object with `type`, `session_id`, `session_type` and
 * `project` set to the memory's fields, as the original's clients expect to read them. A field that is not set leaves
 * what the caller wrote under that key; `unknown` counts as no type.
 */
export function metadataWithFields(metadata: JsonObject, fields: FieldsInMetadata): JsonObject {
  return { ...metadata, ...mirrored(fields) };
}

/** What remains of such metadata without the keys that a field has set. */
export function withoutFields(metadata: JsonObject, fields: FieldsInMetadata): JsonObject {
  const keys = Object.keys(mirrored(fields));
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !keys.includes(key)));
}

function mirrored({ contentType, sessionId, sessionType, project }: FieldsInMetadata): JsonObject {
  const mirrored: JsonObject = {};
  if (contentType !== 'unknown') mirrored.type = contentType;
  if (sessionId !== null) mirrored.session_id = sessionId;
  if (sessionType !== null) mirrored.session_type = sessionType;
  if (project !== null) mirrored.project = project;
  return mirrored;
}

/**
 * The memory that a backend stores for what a caller gave.
 *
 * @param replaced the live memory that has the same external id, if there is one.
 */
export function storedMemory(
  input: NewMemory,
  identity: { readonly id: string; readonly userId: number; readonly now: Date },
  replaced?: Memory,
): Memory {
  const { project, occurredAt, ...fields } = input;
  const named = { ...fields, project: project?.name ?? null };
  return {
    ...named,
    id: replaced?.id ?? identity.id,
    userId: identity.userId,
    projectId: project?.id ?? null,
    contentIsPreview: false,
    metadata: metadataWithFields(input.metadata, named),
    occurredAt: occurredAt ?? replaced?.occurredAt ?? identity.now,
    createdAt: replaced?.createdAt ?? identity.now,
    updatedAt: identity.now,
  };
}

/** What tells one writing of a memory from another. */
export type MemoryVersion = Pick<Memory, 'id' | 'externalId' | 'updatedAt'>;

/** Whether a memory still exists at a moment. */
export function isLive(memory: Pick<Memory, 'expiresAt'>, now: Date): boolean {
  return memory.expiresAt === null || memory.expiresAt > now;
}

/** The order of lists and sessions: `(occurredAt, id)` ascending, ids as lower-case text. */
export function byOccurrence(
  a: Pick<Memory, 'occurredAt' | 'id'>,
  b: Pick<Memory, 'occurredAt' | 'id'>,
): number {
  return a.occurredAt.getTime() - b.occurredAt.getTime() || (a.id < b.id ? -1 : Number(a.id > b.id));
}
