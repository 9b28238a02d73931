import { JsonObject, Memory } from '../memory';
import { ReadRecord, RevisedRecord, WrittenMetadata, WrittenRecord } from './chroma-record';
import { chunkId, memoryOfEntry, MemoryHeader, TenantEntry } from './tenant/tenant-entry';

/**
 * How a memory is kept in ChromaDB, whose metadata is flat and knows no null: the record has the text as its document,
 * the first chunk's vector, and in one field everything else, losslessly, as JSON. The scalars of the caller's metadata
 * stand beside it as the original wrote them, so that its clients can read and filter them; they are never read back.
 */
const MEMORY_FIELD = 'wisdom_memory';
/** Marks the record of a further chunk; its value is the id of the memory's record. */
const CHUNK_FIELD = 'wisdom_chunk_of';
/** Marks the record of a memory that waits to be brought to PostgreSQL. */
export const PENDING_FIELD = 'wisdom_pending';

/** ChromaDB keeps what is its own under such keys, or refuses them. */
const RESERVED_KEY = /^$|^chroma:|^[#$]|^wisdom_(memory|chunk_of|pending)$/;

/** The JSON cannot be sent: ChromaDB reads UTF-8, which has no lone surrogates. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** What is in the field. */
interface StoredHeader extends Omit<MemoryHeader, 'userId' | TimeField> {
  readonly occurredAt: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string | null;
  readonly version: number;
  readonly chunks: number;
  readonly characters: number;
  /** Only of a text that a document cannot hold. */
  readonly content?: string;
}

type TimeField = 'occurredAt' | 'createdAt' | 'updatedAt' | 'expiresAt';

/** Where a memory is stored and how it is told from what was there before. */
export type Storage = Pick<TenantEntry, 'recordId' | 'version' | 'chunks' | 'pending'>;

/**
 * Everything but the vector of a memory's own record, replacing what may be there.
 *
 * @param replaced metadata of the record as it is; none for a new one.
 */
export function memoryRecord(memory: Memory, storage: Storage, replaced: JsonObject = {}): RevisedRecord {
  const { userId: _user, content, ...header } = memory;
  const unfit = LONE_SURROGATE.test(content);
  const stored: StoredHeader = {
    ...header,
    occurredAt: memory.occurredAt.toISOString(),
    createdAt: memory.createdAt.toISOString(),
    updatedAt: memory.updatedAt.toISOString(),
    expiresAt: memory.expiresAt?.toISOString() ?? null,
    version: storage.version,
    chunks: storage.chunks,
    characters: content.length,
    ...(unfit ? { content } : {}),
  };
  const mirrored = scalarsOf(memory.metadata);
  const removed = Object.keys(scalarsOf(replaced)).filter((key) => !Object.hasOwn(mirrored, key));
  return {
    id: storage.recordId,
    document: unfit ? content.replace(new RegExp(LONE_SURROGATE, 'gu'), '\ufffd') : content,
    metadata: {
      ...Object.fromEntries(removed.map((key) => [key, null])),
      ...mirrored,
      [MEMORY_FIELD]: JSON.stringify(stored),
      // Once there, it stays: only `PendingRecords` removes it.
      ...(storage.pending ? { [PENDING_FIELD]: true } : {}),
    },
  };
}

/** The records of a memory: its own, then one for each further vector. */
export function recordsOf(
  memory: Memory,
  storage: Storage,
  vectors: readonly Float32Array[],
  replaced?: JsonObject,
): WrittenRecord[] {
  const [first, ...further] = vectors;
  return [
    { ...memoryRecord(memory, storage, replaced), vector: first! },
    ...further.map((vector, i) => ({
      id: chunkId(storage.recordId, storage.version, i + 1),
      document: null,
      metadata: { [CHUNK_FIELD]: storage.recordId },
      vector,
    })),
  ];
}

/** Whether a record is a further chunk, current or left over. */
export function isChunk({ metadata }: ReadRecord): boolean {
  return metadata[CHUNK_FIELD] !== undefined;
}

/**
 * What the index is told of a memory's own record: with its text, if documents were read. Undefined of a record that is
 * none of ours.
 */
export function entryOf(record: ReadRecord, userId: number): TenantEntry | undefined {
  const stored = storedHeader(record);
  if (!stored) return undefined;
  const { version, chunks, characters } = stored;
  const content = stored.content ?? record.document ?? '';
  const pending = record.metadata[PENDING_FIELD] === true;
  const header = headerOf(stored, userId);
  return { header, content, recordId: record.id, version, chunks, characters, pending };
}

/** The memory of its own record; undefined of a record that is none of ours. */
export function memoryOf(record: ReadRecord, userId: number): Memory | undefined {
  const entry = entryOf(record, userId);
  return entry && memoryOfEntry(entry);
}

/** Undefined too where others have damaged it: one record must not keep all from being read. */
function storedHeader({ metadata }: ReadRecord): StoredHeader | undefined {
  const field = metadata[MEMORY_FIELD];
  if (typeof field !== 'string') return undefined;
  try {
    return JSON.parse(field) as StoredHeader;
  } catch {
    return undefined;
  }
}

/** Field by field: an object made of the rest of another is a dictionary, ten times as slow to read (measured). */
function headerOf(stored: StoredHeader, userId: number): MemoryHeader {
  return {
    id: stored.id,
    userId,
    externalId: stored.externalId,
    projectId: stored.projectId,
    project: stored.project,
    sessionId: stored.sessionId,
    sessionType: stored.sessionType,
    agentId: stored.agentId,
    speaker: stored.speaker,
    contentType: stored.contentType,
    contentIsPreview: stored.contentIsPreview,
    metadata: stored.metadata,
    occurredAt: new Date(stored.occurredAt),
    createdAt: new Date(stored.createdAt),
    updatedAt: new Date(stored.updatedAt),
    expiresAt: stored.expiresAt === null ? null : new Date(stored.expiresAt),
  };
}

/** What of metadata ChromaDB can hold as it is. */
function scalarsOf(metadata: JsonObject): WrittenMetadata {
  return Object.fromEntries(
    Object.entries(metadata).filter(
      (entry): entry is [string, string | number | boolean] =>
        ['string', 'number', 'boolean'].includes(typeof entry[1]) &&
        !RESERVED_KEY.test(entry[0]) &&
        !LONE_SURROGATE.test(entry[0]) &&
        !LONE_SURROGATE.test(String(entry[1])),
    ),
  );
}
