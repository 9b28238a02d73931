/**
 * The vocabulary of the project: plain types that import nothing, shared by the API, the rules and every backend.
 */

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

/** One thing that was said or learned, as a caller sees it. */
export interface Memory {
  /** UUID: v7 when stored here (ascending within a process), v8 derived from its source when imported. Lower case. */
  readonly id: string;
  /** The tenant. A memory is only ever visible to its own user. */
  readonly userId: number;
  /** The caller's own key, unique per user. Never a UUID, so that it cannot be mistaken for an `id`. */
  readonly externalId: string | null;
  readonly projectId: number | null;
  /** Name of the project; set exactly when `projectId` is. */
  readonly project: string | null;
  /** Whole, within ±(2^53 - 1). */
  readonly sessionId: number | null;
  readonly sessionType: string | null;
  readonly agentId: string | null;
  /** Who said it: given, or read from a text that begins with `Name: `. */
  readonly speaker: string | null;
  /** `conversation`, `reflection`, ... The caller's word; `unknown` where an imported memory has none. */
  readonly contentType: string;
  readonly content: string;
  /** True where the source of an import kept only the beginning of the text; such a memory is never re-embedded. */
  readonly contentIsPreview: boolean;
  /**
   * What the caller stored plus `type`, `session_id`, `session_type` and `project` where they are set
   * (see `metadataWithFields`). Metadata filters see exactly this object.
   */
  readonly metadata: JsonObject;
  /** When it was said. Millisecond precision, like every time here. */
  readonly occurredAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** From this moment on the memory is as if deleted, everywhere. */
  readonly expiresAt: Date | null;
}

/** What a caller asks to store, after the rules accepted it. The backend adds identity and times. */
export interface NewMemory {
  readonly externalId: string | null;
  readonly project: Project | null;
  readonly sessionId: number | null;
  readonly sessionType: string | null;
  readonly agentId: string | null;
  readonly speaker: string | null;
  readonly contentType: string;
  readonly content: string;
  readonly metadata: JsonObject;
  /** Undefined: now for a new memory; unchanged for one that its `externalId` replaces. */
  readonly occurredAt?: Date;
  readonly expiresAt: Date | null;
}

/**
 * A memory to store with its vectors: one per chunk of the text, in order, at least one, each of length 1 (or zero,
 * where an import found it so).
 */
export interface EmbeddedMemory {
  readonly memory: NewMemory;
  readonly vectors: Float32Array[];
}

export interface Project {
  /** Positive. */
  readonly id: number;
  /** Unique per user, compared exactly. */
  readonly name: string;
}

export interface ProjectSummary extends Project {
  /** Live memories in it. */
  readonly memories: number;
}

/** Every condition given must hold; an empty filter matches every memory of the user. */
export interface MemoryFilter {
  readonly projectId?: number;
  readonly sessionId?: number;
  readonly sessionType?: string;
  readonly agentId?: string;
  readonly speaker?: string;
  /** Any of these. Never empty. */
  readonly contentTypes?: readonly string[];
  /** Inclusive. */
  readonly occurredAfter?: Date;
  /** Exclusive. */
  readonly occurredBefore?: Date;
  readonly metadata?: MetadataCondition;
}

/** A parsed metadata filter; grammar and meaning in `metadata-filter.ts`. */
export type MetadataCondition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly MetadataCondition[] }
  | { readonly kind: 'not'; readonly condition: MetadataCondition }
  | { readonly kind: 'compare'; readonly path: readonly string[]; readonly comparison: Comparison };

/** `$ne` and `$nin` are parsed into the `not` of `$eq` and `$in`, which is what they mean. */
export type Comparison =
  | { readonly operator: 'eq' | 'contains'; readonly value: JsonValue }
  | { readonly operator: 'gt' | 'gte' | 'lt' | 'lte'; readonly value: number | string }
  | { readonly operator: 'in'; readonly values: readonly JsonValue[] }
  | { readonly operator: 'exists'; readonly value: boolean };

/** A place in the order `(occurredAt, id)`, ids compared as lower-case text. */
export interface Position {
  readonly occurredAt: Date;
  readonly id: string;
}

export interface ListQuery {
  readonly filter: MemoryFilter;
  /** By `(occurredAt, id)`. */
  readonly order: 'ascending' | 'descending';
  /** At least 1. */
  readonly limit: number;
  /** Starts strictly behind this place, in the direction of `order`. */
  readonly after?: Position;
  /** Counts everything that the filter matches, whatever the page. */
  readonly withTotal?: boolean;
}

export interface MemoryPage {
  readonly items: Memory[];
  /** Where the next page starts; null on the last one. */
  readonly next: Position | null;
  /** Present exactly when `withTotal` was asked for. */
  readonly total?: number;
}

export interface VectorQuery {
  /** Of length 1. */
  readonly vector: Float32Array;
  readonly filter: MemoryFilter;
  /** At least 1. */
  readonly limit: number;
  /** Cosine in [-1, 1]: memories below it are no results. */
  readonly minSimilarity?: number;
}

export interface SearchHit {
  readonly memory: Memory;
  /** Cosine similarity of the question and the memory's best chunk, in [-1, 1], higher is nearer. */
  readonly similarity: number;
}

/** How the nearest were found: by comparing every vector that the filter leaves, or through an approximate index. */
export type SearchStrategy = 'exact' | 'index';

export interface SearchAnswer {
  /** By falling similarity, equal ones by rising id; each memory once. */
  readonly hits: SearchHit[];
  readonly strategy: SearchStrategy;
  /** True when no nearer memory can have been missed. */
  readonly exhaustive: boolean;
}

export interface Deletion {
  readonly matched: number;
  readonly deleted: number;
}

export interface Statistics {
  readonly memories: number;
  /** Vectors: at least one per memory. */
  readonly chunks: number;
  /** Length of all texts together, in UTF-16 units. */
  readonly characters: number;
  readonly byType: Record<string, number>;
  /** Only memories that have a session type. */
  readonly bySessionType: Record<string, number>;
  /** Distinct session ids. */
  readonly sessions: number;
  readonly oldest: Date | null;
  readonly newest: Date | null;
}
