import { CandidatePool, chunkKey } from '../src/memory/candidates';
import {
  HYBRID_WEIGHTS,
  ScoredMemory,
  scoreMemories,
  ScoreWeights,
} from '../src/memory/hybrid/context-scores';
import type { Scored } from './locomo-searches';
import { mean } from './measure';

/** Puts the candidates in order: by falling score, what is given in any order. */
export type Scoring = (scored: Scored) => readonly Pick<ScoredMemory, 'memoryId' | 'score'>[];

const ALONE = { [-2]: 0, [-1]: 0, [1]: 0, [2]: 0 };
export const NO_CONTEXT = { wordContext: ALONE, vectorContext: ALONE };

/** The service's score, but for some of its weights. */
export function weighed(weights: Partial<ScoreWeights> = {}): Scoring {
  return ({ pool, named }) => scoreMemories(pool, named, { ...HYBRID_WEIGHTS, ...weights });
}

/** Every word counts the same, however rare. */
export const withoutRarity: Scoring = ({ pool, named }) => {
  const chunksWith = pool.scope.chunksWith.map((chunks) => Math.min(1, chunks));
  return scoreMemories({ ...pool, scope: { ...pool.scope, chunksWith } }, named);
};

/** What neighbours lend is added up, instead of the best of it being taken. */
export const contextAddedUp: Scoring = ({ pool, named }) => {
  const alone = scoreMemories(pool, named, { ...HYBRID_WEIGHTS, ...NO_CONTEXT });
  const parts = new Map(alone.map((memory) => [memory.memoryId, { ...memory.parts }]));
  const sums = new Map(alone.map(({ memoryId, score }) => [memoryId, score]));
  const lend = (to: string, from: string, distance: -2 | -1 | 1 | 2) => {
    const { words, vector } = parts.get(from)!;
    const { wordContext, vectorContext } = HYBRID_WEIGHTS;
    sums.set(to, sums.get(to)! + wordContext[distance] * words + vectorContext[distance] * vector);
  };
  for (const [memory, follower, distance] of followers(pool)) {
    lend(memory, follower, distance);
    lend(follower, memory, distance === 1 ? -1 : -2);
  }
  return [...sums].map(([memoryId, score]) => ({ memoryId, score }));
};

/** The memories of the pool that follow one another in a session. */
function* followers({ chunks }: CandidatePool): Generator<readonly [string, string, 1 | 2]> {
  const byKey = new Map(chunks.map(({ memoryId, chunk }) => [chunkKey(memoryId, chunk), memoryId]));
  for (const { memoryId, following } of chunks)
    for (const distance of [1, 2] as const) {
      const follower = byKey.get(following[distance - 1] ?? '');
      if (follower !== undefined) yield [memoryId, follower, distance];
    }
}

/** Makes figures that belong to one question comparable. */
type Rescaling = (figures: readonly number[]) => number[];

/** Words and vectors are rescaled for each question before they are added up. */
export function rescaled(rescaling: Rescaling, weights: Partial<ScoreWeights> = {}): Scoring {
  return ({ pool, named }) => {
    const memories = scoreMemories(pool, named, { ...HYBRID_WEIGHTS, ...weights });
    const words = rescaling(memories.map(({ parts }) => parts.words));
    const vectors = rescaling(memories.map(({ parts }) => parts.vector));
    return memories.map(({ memoryId, parts: { speaker, question } }, i) => ({
      memoryId,
      score: words[i]! + vectors[i]! + speaker + question,
    }));
  };
}

export const toZeroAndOne: Rescaling = (figures) => {
  const [least, most] = [Math.min(...figures), Math.max(...figures)];
  return figures.map((figure) => (most === least ? 0 : (figure - least) / (most - least)));
};

export const toStandardDeviations: Rescaling = (figures) => {
  const middle = mean(figures);
  const deviation = Math.sqrt(mean(figures.map((figure) => (figure - middle) ** 2)));
  return figures.map((figure) => (deviation === 0 ? 0 : (figure - middle) / deviation));
};

/** As reciprocal rank fusion usually has it. */
const RRF_K = 60;

/** Reciprocal rank fusion of two rankings: by words and by vectors, each with what speaker and question add. */
export const ranksFused: Scoring = ({ pool, named }) => {
  const memories = scoreMemories(pool, named);
  const fused = new Map(memories.map(({ memoryId }) => [memoryId, 0]));
  for (const part of ['words', 'vector'] as const) {
    const scoreBy = ({ parts }: ScoredMemory) => parts[part] + parts.speaker + parts.question;
    const ranking = memories.toSorted((a, b) => scoreBy(b) - scoreBy(a));
    for (const [i, { memoryId }] of ranking.entries())
      fused.set(memoryId, fused.get(memoryId)! + 1 / (RRF_K + i + 1));
  }
  return [...fused].map(([memoryId, score]) => ({ memoryId, score }));
};
