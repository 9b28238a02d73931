import { Memory } from '../memory';
import { RevisedRecord } from './chroma-record';
import { entryOf, memoryOf, memoryRecord, recordsOf } from './memory-record';
import { TenantWrite } from './tenant';
import { directionsOf, TenantEntry } from './tenant-entry';

/** A memory as it is to be, ids and times included, with the vectors of its chunks; these may be of any length. */
export interface CompleteMemory {
  readonly memory: Memory;
  readonly vectors: readonly Float32Array[];
}

/**
 * A memory with all its vectors, new or in place of another.
 *
 * @param pending whether to mark it as waiting for PostgreSQL; one that is marked stays so.
 * @returns with the memory as it will be read.
 */
export function replacement(
  { memory, vectors }: CompleteMemory,
  replaced: TenantEntry | undefined,
  pending: boolean,
): TenantWrite & { readonly memory: Memory } {
  const storage = {
    recordId: replaced?.recordId ?? memory.id,
    version: (replaced?.version ?? 0) + 1,
    chunks: vectors.length,
    pending: pending || replaced?.pending === true,
  };
  const records = recordsOf(memory, storage, vectors, replaced?.header.metadata);
  const entry = { ...entryOf(records[0]!, memory.userId)!, directions: directionsOf(vectors) };
  return { entry, records, replaced, memory: memoryOf(records[0]!, memory.userId)! };
}

/** A memory that keeps its vectors; `pending` as for a replacement. */
export function revision(
  memory: Memory,
  replaced: TenantEntry,
  pending: boolean,
): TenantWrite<RevisedRecord> & { readonly memory: Memory } {
  const storage = { ...replaced, pending: pending || replaced.pending };
  const record = memoryRecord(memory, storage, replaced.header.metadata);
  const entry = { ...entryOf(record, memory.userId)!, directions: replaced.directions };
  return { entry, records: [record], replaced, memory: memoryOf(record, memory.userId)! };
}
