import { Answer } from './recording';

export type RecordedMemory = Answer & { readonly metadata: Answer };

/** How far the scores of int8 weights may be from the recorded ones, of fp32. */
const TOLERANCE = 0.02;

/** Two results may change places when each could have moved by the tolerance. */
const NEAR_TIE = 2 * TOLERANCE;

/** Matches a number within the tolerance. */
export function near(score: number): unknown {
  return {
    asymmetricMatch: (other: unknown) => typeof other === 'number' && Math.abs(other - score) <= TOLERANCE,
    toString: () => 'near',
    toAsymmetricMatcher: () => `${score} ± ${TOLERANCE}`,
  };
}

/** The score that either backend of the original gives; undefined for what is no search result. */
export function similarityOf({ similarity, similarity_score }: Answer): number | undefined {
  return [similarity, similarity_score].find((score) => typeof score === 'number');
}

/**
 * The recorded results in the order of ours, if everything that changed places, at the cut too, was nearly tied; else
 * as they were recorded.
 */
export function inAllowedOrder(
  recorded: readonly RecordedMemory[],
  ours: readonly RecordedMemory[],
): RecordedMemory[] {
  const reordered = ours.map((our) => recorded.find(({ id }) => id === our.id) ?? atTheCut(our, recorded));
  const scores = reordered.map((memory) => (memory && similarityOf(memory)) ?? -1);
  const inOrder = scores.every((score, i) => scores.slice(i).every((later) => later - score < NEAR_TIE));
  const complete = reordered.length === recorded.length && reordered.every((memory) => memory !== undefined);
  return inOrder && complete ? reordered : [...recorded];
}

/** The recorded results in the order of ours, where these are the same and in the order of their scores; else as they were recorded. */
export function inOrderOfScore(
  recorded: readonly RecordedMemory[],
  ours: readonly RecordedMemory[],
): RecordedMemory[] {
  const scores = ours.map(({ score }) => score as number);
  const falls = scores.every((score, i) => i === 0 || score <= scores[i - 1]!);
  const reordered = ours.flatMap(({ id }) => recorded.find((memory) => memory.id === id) ?? []);
  return falls && reordered.length === recorded.length ? reordered : [...recorded];
}

/** A result of ours that was not recorded is right where the last recorded one is as near. */
function atTheCut(our: RecordedMemory, recorded: readonly RecordedMemory[]): RecordedMemory | undefined {
  const last = recorded.at(-1);
  const isNear = last && Math.abs(similarityOf(last)! - similarityOf(our)!) < NEAR_TIE;
  return isNear ? our : undefined;
}
