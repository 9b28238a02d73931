import {
  CandidateChunk,
  CandidatePool,
  CandidateQuery,
  chunkKey,
  NAMED_BONUS,
  REACH,
  WordScope,
} from '../candidates';
import { matchesFilter } from '../filter/memory-filter';
import { allChoose, choosingWeights } from '../hybrid/word-weights';
import type { Memory } from '../memory';
import { bestSimilarity } from '../similarity';
import { byOccurrence } from '../stored-memory';
import type { WordAnalysis } from '../../words/word-analysis';

export interface MemoryWithVectors {
  readonly memory: Memory;
  readonly vectors: readonly Float32Array[];
}

interface Chunk {
  readonly candidate: CandidateChunk;
  readonly memory: Memory;
  /** Undefined where its vector has no direction. */
  readonly rank: number | undefined;
}

/**
 * What a pool of candidates is, in its plainest form: every chunk of every memory is looked at.
 *
 * @param memories all live ones of the user.
 */
export function candidatesAmong(
  memories: readonly MemoryWithVectors[],
  query: CandidateQuery,
  analysis: WordAnalysis,
): CandidatePool {
  const sessions = sessionsOf(memories).map((session) => chunksOf(session, query, analysis));
  const scope = scopeOf(sessions.flat(), query);
  const weights = choosingWeights(query.words, scope);
  const left = sessions.flat().filter(({ memory }) => matchesFilter(memory, query.filter));
  const byVector = left.filter(({ rank }) => rank !== undefined).sort(byRank);
  const byWords = left
    .map((chunk) => ({ chunk, weight: weightOf(chunk, weights) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || byTime(b.chunk, a.chunk))
    .map(({ chunk }) => chunk);
  const chosen = new Set([...byVector.slice(0, query.byVector), ...byWords.slice(0, query.byWords)]);
  const isLeft = new Set(left);
  const pool = sessions.flatMap((session) =>
    session.filter((chunk, i) => isLeft.has(chunk) && isNear(chosen, session, i)),
  );
  return {
    chunks: pool.map(({ candidate }) => candidate),
    scope,
    nearestLeft: query.byVector === 0 ? undefined : byVector[query.byVector]?.rank,
    moreByWords: byWords.length > query.byWords,
    strategy: 'exact',
    exhaustive: allChoose(query.words, scope, weights),
  };
}

/** Each session in its order; a memory without one is one by itself. */
function sessionsOf(memories: readonly MemoryWithVectors[]): MemoryWithVectors[][] {
  const sessions = new Map<number | string, MemoryWithVectors[]>();
  for (const each of [...memories].sort((a, b) => byOccurrence(a.memory, b.memory))) {
    const key = each.memory.sessionId ?? each.memory.id;
    sessions.set(key, [...(sessions.get(key) ?? []), each]);
  }
  return [...sessions.values()];
}

function chunksOf(
  session: readonly MemoryWithVectors[],
  { vector, words, named }: CandidateQuery,
  analysis: WordAnalysis,
): Chunk[] {
  const keys = session.flatMap(({ memory, vectors }) =>
    vectors.map((_, chunk) => chunkKey(memory.id, chunk)),
  );
  const chunks = session.flatMap(({ memory, vectors }) => {
    const similarity = bestSimilarity(vector, vectors) ?? 0;
    return analysis.wordsOf(memory.content, vectors.length).map(({ counts, asks }, chunk) => {
      const cosine = bestSimilarity(vector, [vectors[chunk]!]);
      const bonus = memory.speaker !== null && named.includes(memory.speaker) ? NAMED_BONUS : 0;
      return {
        memory,
        rank: cosine === undefined ? undefined : cosine + bonus,
        candidate: {
          memoryId: memory.id,
          chunk,
          speaker: memory.speaker,
          occurredAt: memory.occurredAt,
          cosine: cosine ?? 0,
          similarity,
          counts: words.map(({ lexeme }) => counts.get(lexeme) ?? 0),
          asks,
        },
      };
    });
  });
  return chunks.map(({ candidate, ...rest }, i) => ({
    ...rest,
    candidate: { ...candidate, following: keys.slice(i + 1, i + 1 + REACH) },
  }));
}

function scopeOf(chunks: readonly Chunk[], { words }: CandidateQuery): WordScope {
  return {
    chunks: chunks.length,
    chunksWith: words.map((_, word) => chunks.filter(({ candidate }) => candidate.counts[word]! > 0).length),
  };
}

function weightOf({ candidate }: Chunk, weights: readonly number[]): number {
  return weights.reduce((sum, weight, word) => sum + (candidate.counts[word]! > 0 ? weight : 0), 0);
}

function isNear(chosen: ReadonlySet<Chunk>, session: readonly Chunk[], place: number): boolean {
  return session.slice(Math.max(0, place - REACH), place + REACH + 1).some((chunk) => chosen.has(chunk));
}

function byRank(a: Chunk, b: Chunk): number {
  return b.rank! - a.rank! || byKey(a.candidate, b.candidate);
}

function byTime(a: Chunk, b: Chunk): number {
  return a.memory.occurredAt.getTime() - b.memory.occurredAt.getTime() || byKey(a.candidate, b.candidate);
}

function byKey(a: CandidateChunk, b: CandidateChunk): number {
  return a.memoryId === b.memoryId ? a.chunk - b.chunk : a.memoryId < b.memoryId ? -1 : 1;
}
