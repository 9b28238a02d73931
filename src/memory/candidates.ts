import type { MemoryFilter, SearchStrategy } from './memory';

/** What is asked of a backend where memories are looked for by words as well as by their vectors. */
export interface CandidateQuery {
  /** The question's, of length 1. */
  readonly vector: Float32Array;
  /** The question's words, each once. */
  readonly words: readonly QuestionWord[];
  /** Speakers whom the question names: what they said is a little nearer (`NAMED_BONUS`). */
  readonly named: readonly string[];
  readonly filter: MemoryFilter;
  /** How many chunks to choose by their vectors; 0 for none. */
  readonly byVector: number;
  /** How many chunks to choose by their words; 0 for none. */
  readonly byWords: number;
}

/** The same while the question is still being embedded: what its words tell can be looked up meanwhile. */
export interface CandidateQuestion extends Omit<CandidateQuery, 'vector'> {
  readonly vector: Float32Array | Promise<Float32Array>;
}

/** What is asked once the question is embedded; rejects where it cannot be. */
export async function whenEmbedded(question: CandidateQuestion): Promise<CandidateQuery> {
  return { ...question, vector: await question.vector };
}

export interface QuestionWord {
  readonly lexeme: string;
  /** Whether chunks are chosen by it; one that is part of a speaker's name only counts. */
  readonly chooses: boolean;
}

/** What being named adds to a speaker's cosine when candidates are chosen. */
export const NAMED_BONUS = 0.1;

/** Neighbours lend context over so many chunks of their session. */
export const REACH = 2;

/**
 * Chunks among which the results are. Chosen are
 *
 * - the `byVector` nearest: by falling cosine, `NAMED_BONUS` added where the speaker is named, equal ones by rising
 *   `(memoryId, chunk)`; a vector of length zero is never among them;
 * - the `byWords` with the best words: by the falling sum of the `choosingWeights` of those that they have, equal ones the
 *   latest first by `(occurredAt, memoryId, chunk)`;
 * - the neighbours of these within `REACH`.
 *
 * All of them are what the filter leaves.
 */
export interface CandidatePool {
  /** In any order, each once. */
  readonly chunks: readonly CandidateChunk[];
  readonly scope: WordScope;
  /**
   * No chunk that is not here is nearer than this, the bonus included; undefined where all are here that have a direction, or
   * none were chosen by their vectors.
   */
  readonly nearestLeft?: number;
  /** Whether there may be more chunks that have words which choose. */
  readonly moreByWords: boolean;
  readonly strategy: SearchStrategy;
  /** False where a better one can have been missed: by an approximate index, or because a word is too common to look up. */
  readonly exhaustive: boolean;
}

/** What words weigh by: counted over all live chunks of the user, whatever the filter. */
export interface WordScope {
  readonly chunks: number;
  /** How many of them have each word of the query, in its order. */
  readonly chunksWith: readonly number[];
}

export interface CandidateChunk {
  readonly memoryId: string;
  /** From 0. */
  readonly chunk: number;
  readonly speaker: string | null;
  readonly occurredAt: Date;
  /** Of the question and this chunk, in [-1, 1]; 0 where its vector is of length zero. */
  readonly cosine: number;
  /** The highest cosine of its memory's chunks. */
  readonly similarity: number;
  /** How often each word of the query is in it, in its order. */
  readonly counts: readonly number[];
  /** Whether it ends in a question mark. */
  readonly asks: boolean;
  /**
   * Keys (`chunkKey`) of the chunks that follow it, up to `REACH`, in the order `(occurredAt, memoryId, chunk)` of its session's
   * live chunks, whatever the filter. A memory without a session is one by itself. Those behind the last one that is itself in the
   * pool may be missing.
   */
  readonly following: readonly string[];
}

export function chunkKey(memoryId: string, chunk: number): string {
  return `${memoryId}/${chunk}`;
}
