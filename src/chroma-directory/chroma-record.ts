/** A bigint where a number would not be exact: beyond ±(2^53 - 1). */
export type ChromaScalar = string | number | bigint | boolean;

export type ChromaMetadata = Record<string, ChromaScalar | ChromaScalar[]>;

/** A record as ChromaDB would answer it. */
export interface ChromaRecord {
  readonly id: string;
  readonly document: string | null;
  /** Null where there is none; a URI is kept under `chroma:uri`. */
  readonly metadata: ChromaMetadata | null;
  /** As stored: with cosine space the index holds it at length 1, the queue as it was given. */
  readonly vector: Float32Array | null;
  /** Why there is no vector: `no vector`, or what is damaged; undefined where there is one. */
  readonly problem?: string;
  /** When the record was first stored. */
  readonly createdAt: Date | null;
  /** Place of its last write among all writes to the directory: grows with each. */
  readonly sequence: number;
  /** Reading can go on behind it; null where only the queue has it, which is read last. */
  readonly position: number | null;
}

/** The key of metadata under which ChromaDB keeps the document. */
export const DOCUMENT_KEY = 'chroma:document';

/** Metadata with the document in it, as ChromaDB keeps them. */
export type MetadataEntries = Map<string, ChromaScalar | ChromaScalar[]>;

/** Where a vector is: an element of the index, or a row of the queue; both null where it is nowhere. */
export interface VectorPlace {
  readonly element: number | null;
  readonly queueRow: number | null;
}

/** A record before its vector is read. */
export interface RecordHead {
  readonly id: string;
  readonly entries: MetadataEntries;
  readonly createdAt: Date | null;
  readonly sequence: number;
  readonly position: number | null;
  readonly vector: VectorPlace;
}

export function recordOf(
  { id, entries, createdAt, sequence, position }: RecordHead,
  vector: Float32Array | string,
): ChromaRecord {
  const document = entries.get(DOCUMENT_KEY);
  const isThere = typeof vector !== 'string';
  entries.delete(DOCUMENT_KEY);
  return {
    id,
    document: typeof document === 'string' ? document : null,
    metadata: entries.size === 0 ? null : Object.fromEntries(entries),
    createdAt,
    sequence,
    position,
    vector: isThere ? vector : null,
    problem: isThere ? undefined : vector,
  };
}

/** An integer as exact as JavaScript can: SQLite gives it as text where a number would not be. */
export function integerOf(value: number | string): number | bigint {
  return typeof value === 'number' ? value : BigInt(value);
}

/** SQL for an integer column that is read with `integerOf`. */
export function exactInteger(column: string): string {
  const safe = `${column} BETWEEN ${Number.MIN_SAFE_INTEGER} AND ${Number.MAX_SAFE_INTEGER}`;
  return `CASE WHEN ${safe} THEN ${column} ELSE CAST(CAST(${column} AS INTEGER) AS TEXT) END`;
}
