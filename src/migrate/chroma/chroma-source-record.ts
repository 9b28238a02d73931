import type { Limits } from '../../config/app-config';
import { importedMemory, jsonObjectOf } from '../../memory/imported-memory';
import type { JsonObject } from '../../memory/memory';
import { entryOf, isChunk, memoryOf } from '../../memory/chroma/memory-record';
import { recordIdsOf } from '../../memory/chroma/tenant/tenant-entry';
import type { SourceCollection, SourceContext, SourceRecord } from '../migration-source';
import { numbersOf } from '../rejects-file';

/** A record of ChromaDB, as a directory or a server gives it. */
export interface StoredRecord {
  readonly id: string;
  readonly document: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly vector: Float32Array | null;
  /** Why it has no vector, where that is known. */
  readonly problem?: string;
  readonly createdAt: Date | null;
}

/** The vector of a further chunk, or why there is none. */
export type FurtherVector = Float32Array | string | undefined;

export interface ReadingContext extends SourceContext {
  readonly collection: SourceCollection;
  readonly limits: Limits;
}

/** Whether a record is only a part of a memory of ours. */
export function isPart({ id, document, metadata }: StoredRecord): boolean {
  return isChunk({ id, document, metadata: metadata ?? {} });
}

/** Ids of the records that have the further vectors of a memory of ours; none of any other record. */
export function furtherIdsOf({ id, document, metadata }: StoredRecord, userId: number): string[] {
  const entry = entryOf({ id, document, metadata: metadata ?? {} }, userId);
  return entry === undefined ? [] : recordIdsOf(entry).slice(1);
}

/** The memory that a record holds: ours as it is, the original's as an import makes of it. */
export function sourceRecord(
  stored: StoredRecord,
  further: readonly FurtherVector[],
  position: string | null,
  { collection, importedAt, limits }: ReadingContext,
): SourceRecord {
  const { id, document, metadata, vector } = stored;
  const { userId, name } = collection;
  const own = memoryOf({ id, document, metadata: metadata ?? {} }, userId);
  const vectors = [vector, ...further].filter((found) => found instanceof Float32Array);
  return {
    id,
    records: 1 + further.length,
    position,
    model: own ? 'own' : 'original',
    memory: own ?? importedMemory({ collection: name, ...stored }, { userId, importedAt, limits }),
    changedAt: own?.updatedAt ?? null,
    vectors,
    problem: problemOf(stored, further),
    original: () => originalOf(stored, further),
  };
}

function problemOf({ vector, problem }: StoredRecord, further: readonly FurtherVector[]): string | undefined {
  if (vector === null) return problem ?? 'no vector';
  const lost = further.find((found) => !(found instanceof Float32Array));
  if (further.every((found) => found instanceof Float32Array)) return undefined;
  return typeof lost === 'string' ? lost : 'no vector of a further part';
}

function originalOf(
  { document, metadata, vector, createdAt }: StoredRecord,
  further: readonly FurtherVector[],
): JsonObject {
  const numbers = (found: FurtherVector | null) => (found instanceof Float32Array ? numbersOf(found) : null);
  return {
    document,
    metadata: metadata && jsonObjectOf(metadata),
    created_at: createdAt?.toISOString() ?? null,
    vector: numbers(vector),
    ...(further.length === 0 ? {} : { further_vectors: further.map(numbers) }),
  };
}
