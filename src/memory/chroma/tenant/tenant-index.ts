import { isMemoryId } from '../../memory-id';
import { isLive } from '../../stored-memory';
import type { WordAnalysis } from '../../../words/word-analysis';
import { SessionIndex } from './session-index';
import { SortedEntries, withEntries, withoutEntries } from './sorted-entries';
import { SpeakerIndex } from './speaker-index';
import { TenantEntry } from './tenant-entry';
import { VectorArena } from './vector-arena';
import { WordIndex } from './word-index';

/** A header with its metadata and its places in the maps. Measured: 870 with nothing optional set, 1,040 with everything. */
const HEADER_BYTES = 1_050;
/** At most: text in Latin letters takes half of that. */
const BYTES_PER_CHARACTER = 2;

/** Longer texts are left out: beside them, fetching is no longer what a search takes its time for. */
const KEPT_CHARACTERS = 2_000;

export interface IndexOptions {
  /** Whether it has the vectors, for comparing all of them. */
  readonly vectors: boolean;
  /** Whether it has short texts: only where nobody else can change them. */
  readonly texts: boolean;
  /** Of the words that memories are found by. */
  readonly analysis: WordAnalysis;
}

/** What the index takes in. */
export interface IndexedMemory {
  /** With its text. */
  readonly entry: TenantEntry;
  /** Of its chunks; left out, it keeps those of the entry whose place it takes. */
  readonly vectors?: readonly Float32Array[];
}

/**
 * All memories of one user, in memory: what filters, lists and counts are answered from. Expired ones stay in it until
 * they are removed from the store.
 *
 * `entries` and what `vectors` gives are never changed in place: whoever reads slowly keeps the moment at which it
 * began.
 */
export class TenantIndex {
  entries: SortedEntries = [];
  /** Undefined where the user has too many. */
  vectors?: VectorArena<TenantEntry>;
  readonly words: WordIndex;
  readonly sessions = new SessionIndex();
  readonly speakers = new SpeakerIndex();
  private readonly keepsTexts: boolean;
  private readonly byId = new Map<string, TenantEntry>();
  private readonly byExternalId = new Map<string, TenantEntry>();
  private readonly byRecordId = new Map<string, TenantEntry>();
  /** Those that have an end: few, so that nobody has to look through all for the expired. */
  private readonly ending = new Set<TenantEntry>();
  /** Those that wait to be brought to PostgreSQL. */
  private readonly pending = new Set<TenantEntry>();
  private characters = 0;

  constructor({ vectors, texts, analysis }: IndexOptions) {
    if (vectors) this.vectors = new VectorArena();
    this.words = new WordIndex(analysis);
    this.keepsTexts = texts;
  }

  /** About what it takes. */
  get bytes(): number {
    const headers = this.entries.length * HEADER_BYTES;
    const texts = this.characters * BYTES_PER_CHARACTER;
    return headers + texts + this.words.bytes + (this.vectors?.bytes ?? 0);
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

  /** Takes memories in, each in place of the one of the same id. */
  add(memories: readonly IndexedMemory[]): void {
    const added = memories.map((memory) => ({ ...memory, entry: this.kept(memory.entry) }));
    const replaced = added.map(({ entry }) => this.byId.get(entry.header.id));
    const gone = replaced.filter((entry) => entry !== undefined);
    if (gone.length > 0) this.entries = withoutEntries(this.entries, gone);
    added.forEach(({ entry, vectors }, i) => {
      this.enter(entry, vectors, replaced[i]);
      this.words.add(entry, memories[i]!.entry.content ?? '');
    });
    this.entries = withEntries(
      this.entries,
      added.map(({ entry }) => entry),
    );
  }

  remove(entries: readonly TenantEntry[]): void {
    for (const entry of entries) {
      this.leave(entry);
      this.vectors?.remove(entry);
    }
    this.entries = withoutEntries(this.entries, entries);
  }

  /** The texts that it has stay; new ones are no longer kept. */
  dropVectors(): void {
    this.vectors = undefined;
  }

  private kept(entry: TenantEntry): TenantEntry {
    const isKept = this.keepsTexts && this.vectors !== undefined && entry.characters <= KEPT_CHARACTERS;
    return isKept ? entry : { ...entry, content: undefined };
  }

  private enter(entry: TenantEntry, vectors: IndexedMemory['vectors'], replaced?: TenantEntry): void {
    if (replaced) this.leave(replaced);
    if (replaced && !vectors) this.vectors?.handOver(replaced, entry);
    else if (replaced) this.vectors?.remove(replaced);
    if (vectors) this.vectors?.add(entry, vectors);
    const { header, recordId, content } = entry;
    this.byId.set(header.id, entry);
    this.byRecordId.set(recordId, entry);
    this.sessions.add(entry);
    this.speakers.add(entry);
    if (header.expiresAt !== null) this.ending.add(entry);
    if (entry.pending) this.pending.add(entry);
    // Of an expired memory and the one that took its external id over, the later counts.
    const namesake = header.externalId === null ? undefined : this.byExternalId.get(header.externalId);
    if (header.externalId !== null && !(namesake && namesake.header.updatedAt > header.updatedAt))
      this.byExternalId.set(header.externalId, entry);
    this.characters += content?.length ?? 0;
  }

  private leave(entry: TenantEntry): void {
    const { header, recordId, content } = entry;
    this.words.remove(entry);
    this.sessions.remove(entry);
    this.speakers.remove(entry);
    this.ending.delete(entry);
    this.pending.delete(entry);
    if (this.byId.get(header.id) === entry) this.byId.delete(header.id);
    if (this.byRecordId.get(recordId) === entry) this.byRecordId.delete(recordId);
    if (header.externalId !== null && this.byExternalId.get(header.externalId) === entry)
      this.byExternalId.delete(header.externalId);
    this.characters -= content?.length ?? 0;
  }
}
