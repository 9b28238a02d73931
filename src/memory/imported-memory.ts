import { parseTimestamp } from '../common/timestamp';
import { DEFAULT_LIMITS, Limits } from '../config/app-config';
import { isReservedExternalId } from './rules/external-id';
import { JsonObject, JsonValue, Memory } from './memory';
import { importedMemoryId } from './memory-id';
import { readSpeaker } from './speaker';
import { metadataWithFields } from './stored-memory';
import { labelProblem, projectNameProblem } from './rules/text-rules';
import { timeProblem } from './rules/time-rules';

/** A record of the original, as any reader gives it. */
export interface SourceRecord {
  /** The collection's name, or `pg_mem` for the original's PostgreSQL. */
  readonly collection: string;
  readonly id: string;
  readonly document: string | null;
  /** Values of any JavaScript type that JSON or ChromaDB knows, bigint and Infinity among them. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  /** When the source stored it. */
  readonly createdAt?: Date | null;
}

/** A memory whose project is still to be found or made by its name. */
export type ImportedMemory = Omit<Memory, 'projectId'>;

export interface ImportContext {
  readonly userId: number;
  /** Stands in where the source knows no time. */
  readonly importedAt: Date;
  readonly limits?: Pick<Limits, 'labelBytes' | 'projectNameCharacters' | 'externalIdBytes'>;
}

/** Where the original puts the time of what was said, the surest first. */
const TIME_KEYS = ['date', 'timestamp', 'created_at'];

/**
 * The memory that a record of the original becomes. The same record gives the same id and fields every time.
 *
 * Metadata is kept whole; what cannot be a field (a session called "seventeen", a type of 300 bytes) stays there and
 * leaves the field empty. The text is what the original kept of it, so it is marked as a preview.
 */
export function importedMemory(record: SourceRecord, context: ImportContext): ImportedMemory {
  const { userId, importedAt, limits = DEFAULT_LIMITS } = context;
  const metadata = jsonObjectOf(record.metadata ?? {});
  const content = record.document ?? '';
  const createdAt = record.createdAt ?? importedAt;
  const isLabel = (text: string) => labelProblem(text, limits.labelBytes) === undefined;
  const fields = {
    contentType: textAt(metadata, 'type', isLabel) ?? 'unknown',
    sessionId: wholeNumberAt(metadata, 'session_id'),
    sessionType: textAt(metadata, 'session_type', isLabel),
    project: textAt(metadata, 'project', (text) => isProjectName(text, limits)),
  };
  return {
    id: importedMemoryId(userId, record.collection, record.id),
    userId,
    externalId: externalIdOf(record, limits.externalIdBytes),
    agentId: null,
    speaker: readSpeaker(content, limits.labelBytes),
    content,
    contentIsPreview: true,
    metadata: metadataWithFields(metadata, fields),
    occurredAt: occurrenceIn(metadata) ?? createdAt,
    createdAt,
    updatedAt: createdAt,
    expiresAt: null,
    // In front of the others it takes 12 µs, half of all that is done here.
    ...fields,
  };
}

/**
 * The user whose memories a collection holds; undefined where it holds none. The default user (1) has the collection of
 * the original, which knew no others.
 */
export function userOfCollection(name: string): number | undefined {
  if (name === 'wisdom_sessions') return 1;
  const userId = Number(/^wisdom_sessions_u([2-9]|[1-9]\d+)$/.exec(name)?.[1]);
  return Number.isSafeInteger(userId) ? userId : undefined;
}

/** Whether a project can be called so; what cannot stays in the metadata. */
export function isProjectName(name: string, limits: Pick<Limits, 'projectNameCharacters'>): boolean {
  return projectNameProblem(name, limits.projectNameCharacters) === undefined;
}

/** Ids of the original stay valid, under another name where they would be read as an id or a path of ours. */
function externalIdOf({ collection, id }: SourceRecord, maxBytes: number): string | null {
  const externalId = isReservedExternalId(id) ? `${collection}:${id}` : id;
  return externalId === '' || Buffer.byteLength(externalId) > maxBytes ? null : externalId;
}

function textAt(metadata: JsonObject, key: string, isFit: (text: string) => boolean): string | null {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  return typeof value === 'string' && isFit(value) ? value : null;
}

function wholeNumberAt(metadata: JsonObject, key: string): number | null {
  const value = Object.hasOwn(metadata, key) ? metadata[key] : undefined;
  return Number.isSafeInteger(value) ? (value as number) : null;
}

function occurrenceIn(metadata: JsonObject): Date | undefined {
  for (const key of TIME_KEYS) {
    const time = parseTimestamp(textAt(metadata, key, () => true) ?? '');
    if (time !== undefined && timeProblem(time) === undefined) return time;
  }
  return undefined;
}

/** As JSON: a number that it cannot hold exactly is kept as its digits, or as `Infinity`. */
export function jsonObjectOf(values: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, jsonValueOf(value)]));
}

function jsonValueOf(value: unknown): JsonValue {
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'string':
    case 'boolean':
      return value;
    case 'object':
      if (Array.isArray(value)) return value.map(jsonValueOf);
      return value === null ? null : jsonObjectOf(value as Record<string, unknown>);
    default:
      return null;
  }
}
