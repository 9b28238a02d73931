/** What a score is the sum of, apart from `recency`. */
export interface ScoreParts {
  /** What the words of the question have in it and around it, rare ones more. */
  readonly words: number;
  /** How near it or what surrounds it is to the question. */
  readonly vector: number;
  /** Where the question names its speaker. */
  readonly speaker: number;
  /** Where it is itself a question: below 0. */
  readonly question: number;
  /** The factor that its age makes of the sum, in (0.5, 1]; 1 where age does not matter. */
  readonly recency: number;
}

/** A memory's place among the results. */
export interface Score {
  /** Higher is better. Comparable between questions in the same mode. */
  readonly score: number;
  readonly parts: ScoreParts;
}

const MS_PER_DAY = 86_400_000;

/** The score of parts without regard to age: their sum. */
export function scoreOf(parts: Omit<ScoreParts, 'recency'>): Score {
  return {
    score: parts.words + parts.vector + parts.speaker + parts.question,
    parts: { ...parts, recency: 1 },
  };
}

/** The score of a memory that is found by its vector alone. */
export function similarityScore(similarity: number): Score {
  return scoreOf({ words: 0, vector: similarity, speaker: 0, question: 0 });
}

/**
 * A score with regard to age: half of it fades, by half every `halfLifeDays`. What is still to come is new, and a score below 0
 * becomes 0.
 */
export function withRecency(
  { score, parts }: Score,
  occurredAt: Date,
  now: Date,
  halfLifeDays: number,
): Score {
  const days = Math.max(0, now.getTime() - occurredAt.getTime()) / MS_PER_DAY;
  const recency = 0.5 + 0.5 * 2 ** (-days / halfLifeDays);
  return { score: Math.max(0, score) * recency, parts: { ...parts, recency } };
}
