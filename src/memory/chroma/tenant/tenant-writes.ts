import { Memory } from '../../memory';
import { RevisedRecord } from '../chroma-record';
import { entryOf, memoryRecord, recordsOf } from '../memory-record';
import { TenantWrite } from './tenant';
import { TenantEntry } from './tenant-entry';

/** A memory as it is to be, ids and times included, with the vectors of its chunks; these may be of any length. */
export interface CompleteMemory {
  readonly memory: Memory;
  readonly vectors: readonly Float32Array[];
}

/**
 * A memory with all its vectors, new or in place of another. Its entry is what will be read, text included.
 *
 * @param pending whether to mark it as waiting for PostgreSQL; one that is marked stays so.
 */
export function replacement(
  { memory, vectors }: CompleteMemory,
  replaced: TenantEntry | undefined,
  pending: boolean,
): TenantWrite {
  const storage = {
    recordId: replaced?.recordId ?? memory.id,
    version: (replaced?.version ?? 0) + 1,
    chunks: vectors.length,
    pending: pending || replaced?.pending === true,
  };
  const records = recordsOf(memory, storage, vectors, replaced?.header.metadata);
  return { entry: entryOf(records[0]!, memory.userId)!, vectors, records, replaced };
}

/** A memory that keeps its vectors; for its entry and `pending` as for a replacement. */
export function revision(
  memory: Memory,
  replaced: TenantEntry,
  pending: boolean,
): TenantWrite<RevisedRecord> {
  const storage = { ...replaced, pending: pending || replaced.pending };
  const record = memoryRecord(memory, storage, replaced.header.metadata);
  return { entry: entryOf(record, memory.userId)!, records: [record], replaced };
}
