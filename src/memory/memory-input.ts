import type { ScoredAnswer } from './hybrid/hybrid-search';
import type { SearchMode } from './hybrid/memory-search';
import { JsonObject, Memory } from './memory';
import { BackendName } from './memory-backend';

/** What a caller asks to store, of the right types but not yet held against any rule. Undefined: not given. */
export interface MemoryInput {
  readonly content: string;
  /** `conversation` if not given. */
  readonly contentType?: string;
  readonly metadata?: JsonObject;
  readonly sessionId?: number;
  readonly sessionType?: string;
  /** Name; created when it is first used. */
  readonly project?: string;
  /** Instead of `project`; must exist. */
  readonly projectId?: number;
  readonly agentId?: string;
  readonly speaker?: string;
  readonly externalId?: string;
  readonly occurredAt?: Date;
  readonly expiresAt?: Date;
}

/** What a caller asks to change. Undefined: stays; null: cleared. */
export interface MemoryPatchInput {
  readonly content?: string;
  readonly contentType?: string;
  /** A JSON merge patch (RFC 7396). */
  readonly metadata?: JsonObject;
  readonly sessionId?: number | null;
  readonly sessionType?: string | null;
  readonly project?: string | null;
  readonly projectId?: number | null;
  readonly agentId?: string | null;
  readonly speaker?: string | null;
  readonly occurredAt?: Date;
  readonly expiresAt?: Date | null;
}

/** A filter as a caller writes it. Undefined: no condition. */
export interface FilterInput {
  /** Name. */
  readonly project?: string;
  readonly projectId?: number;
  readonly sessionId?: number;
  readonly sessionType?: string;
  readonly agentId?: string;
  readonly speaker?: string;
  readonly contentTypes?: readonly string[];
  /** Grammar in `metadata-filter-parser.ts`. */
  readonly metadataFilter?: JsonObject;
  /** Inclusive. */
  readonly occurredAfter?: Date;
  /** Exclusive. */
  readonly occurredBefore?: Date;
}

export interface SearchInput {
  readonly query: string;
  readonly filter?: FilterInput;
  /** 1 to 100. */
  readonly limit: number;
  /** Cosine in [-1, 1]. */
  readonly minSimilarity?: number;
  /** `hybrid` if not given. */
  readonly mode?: SearchMode;
  /** Above 0: the score of a memory fades with its age, half of it by half in so many days. */
  readonly recencyHalfLifeDays?: number;
}

/** What was found, and how. */
export interface SearchOutcome extends ScoredAnswer {
  readonly mode: SearchMode;
  readonly backend: BackendName;
  /** The service answers, but not from where it should. */
  readonly degraded: boolean;
  /** Milliseconds, embedding the question included. */
  readonly tookMs: number;
}

export interface ListInput {
  readonly filter?: FilterInput;
  /** By when it was said. */
  readonly order: 'ascending' | 'descending';
  /** 1 to 100. */
  readonly limit: number;
  /** `nextCursor` of the page before, everything else as it was there. */
  readonly cursor?: string;
  readonly withTotal?: boolean;
}

export interface ListOutcome {
  readonly items: readonly Memory[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
  /** Present exactly when it was asked for. */
  readonly total?: number;
}

export type PageInput = Pick<ListInput, 'limit' | 'cursor'>;

/** A page of a session, and the newest memory of some kinds in all of it. */
export interface SessionOutcome extends ListOutcome {
  readonly newest: {
    readonly conversation?: Memory;
    readonly reflection?: Memory;
    readonly pedagogicalReflection?: Memory;
  };
}
