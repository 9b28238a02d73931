import { isMemoryId } from '../memory-id';
import { isLive } from '../stored-memory';
import { byEntryOccurrence, TenantEntry } from './tenant-entry';

/** Estimated, not measured: a header with its metadata, its text left out, and its places in the maps. */
const HEADER_BYTES = 1_200;
/** Measured: what an array of numbers takes beside its numbers. */
const VECTOR_OVERHEAD_BYTES = 580;

/**
 * All memories of one user without their texts, in memory: what filters, lists and counts are answered from. Expired
 * ones stay in it until they are removed from the store.
 *
 * `entries` is never changed in place: whoever reads slowly keeps the moment at which it began.
 */
export class TenantIndex {
  /** In the order `(occurredAt, id)`. */
  entries: readonly TenantEntry[];
  private readonly byId = new Map<string, TenantEntry>();
  private readonly byExternalId = new Map<string, TenantEntry>();
  private readonly byRecordId = new Map<string, TenantEntry>();
  /** Those that have an end: few, so that nobody has to look through all for the expired. */
  private readonly ending = new Set<TenantEntry>();
  /** Those that wait to be brought to PostgreSQL. */
  private readonly pending = new Set<TenantEntry>();
  private vectorBytes = 0;

  /** @param hasVectors whether its entries have their directions. */
  constructor(
    entries: readonly TenantEntry[],
    readonly hasVectors: boolean,
  ) {
    this.entries = [...entries].sort(byEntryOccurrence);
    for (const entry of this.entries) this.enter(entry);
  }

  /** About what it takes of the heap. */
  get bytes(): number {
    return this.entries.length * HEADER_BYTES + this.vectorBytes;
  }

  /** Those that have expired by a moment. */
  expired(now: Date): TenantEntry[] {
    return [...this.ending].filter(({ header }) => !isLive(header, now));
  }

  /** How many have not. */
  countLive(now: Date): number {
    return this.entries.length - this.expired(now).length;
  }

  /** How many of these wait to be brought to PostgreSQL. */
  countPending(now: Date): number {
    return [...this.pending].filter(({ header }) => isLive(header, now)).length;
  }

  /** The live memory of an id in any case, or of an external id. */
  find(key: string, now: Date): TenantEntry | undefined {
    const entry = isMemoryId(key) ? this.byId.get(key.toLowerCase()) : this.byExternalId.get(key);
    return entry && isLive(entry.header, now) ? entry : undefined;
  }

  /** The memory of an id, expired or not. */
  ofId(id: string): TenantEntry | undefined {
    return this.byId.get(id);
  }

  /** Whose vector a record of ChromaDB has; undefined of one that is left over. */
  ofRecord(recordId: string): TenantEntry | undefined {
    const own = this.byRecordId.get(recordId);
    if (own) return own;
    const [, memory, version] = /^(.*)#(\d+)#\d+$/s.exec(recordId) ?? [];
    const entry = memory === undefined ? undefined : this.byRecordId.get(memory);
    return entry?.version === Number(version) ? entry : undefined;
  }

  /** Takes entries in, each in place of the one of the same id, and others out. */
  apply(added: readonly TenantEntry[], removed: readonly TenantEntry[] = []): void {
    const replaced = added.flatMap(({ header }) => this.byId.get(header.id) ?? []);
    const gone = new Set([...removed, ...replaced]);
    for (const entry of gone) this.leave(entry);
    for (const entry of added) this.enter(entry);
    const kept = gone.size === 0 ? this.entries : this.entries.filter((entry) => !gone.has(entry));
    this.entries = merged(kept, added);
  }

  /** The same without vectors. */
  withoutVectors(): TenantIndex {
    return new TenantIndex(
      this.entries.map((entry) => ({ ...entry, directions: undefined })),
      false,
    );
  }

  private enter(entry: TenantEntry): void {
    const { header, recordId, directions } = entry;
    this.byId.set(header.id, entry);
    this.byRecordId.set(recordId, entry);
    if (header.expiresAt !== null) this.ending.add(entry);
    if (entry.pending) this.pending.add(entry);
    // Of an expired memory and the one that took its external id over, the later counts.
    const namesake = header.externalId === null ? undefined : this.byExternalId.get(header.externalId);
    if (header.externalId !== null && !(namesake && namesake.header.updatedAt > header.updatedAt))
      this.byExternalId.set(header.externalId, entry);
    this.vectorBytes += bytesOf(directions);
  }

  private leave(entry: TenantEntry): void {
    const { header, recordId, directions } = entry;
    this.ending.delete(entry);
    this.pending.delete(entry);
    if (this.byId.get(header.id) === entry) this.byId.delete(header.id);
    if (this.byRecordId.get(recordId) === entry) this.byRecordId.delete(recordId);
    if (header.externalId !== null && this.byExternalId.get(header.externalId) === entry)
      this.byExternalId.delete(header.externalId);
    this.vectorBytes -= bytesOf(directions);
  }
}

function bytesOf(directions: readonly Float32Array[] = []): number {
  return directions.reduce((sum, { byteLength }) => sum + byteLength + VECTOR_OVERHEAD_BYTES, 0);
}

/** Both in the order of entries. One alone is put in its place: sorting 50,000 takes milliseconds, this takes none. */
function merged(entries: readonly TenantEntry[], added: readonly TenantEntry[]): readonly TenantEntry[] {
  if (added.length === 0) return entries;
  if (added.length > 1) return [...entries, ...added].sort(byEntryOccurrence);
  return entries.toSpliced(placeOf(entries, added[0]!), 0, added[0]!);
}

/** How many entries come before one. */
function placeOf(entries: readonly TenantEntry[], entry: TenantEntry): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (byEntryOccurrence(entries[middle]!, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
