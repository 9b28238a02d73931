import { blendedVectors, embeddedTexts } from './real-vectors';
import { realQuestions, realTexts, spread } from './texts';

/** All the real texts that LoCoMo and the READMEs give, to the hundred. */
const TEXTS = { withLocomo: 7_900, without: 5_100 };
const QUESTIONS = 100;

/** Real texts, the vectors of memories, of which the first are theirs, and real questions. */
export interface Corpus {
  readonly texts: readonly string[];
  readonly vectors: Float32Array;
  readonly questions: readonly Float32Array[];
}

/** @param count of the vectors of memories. */
export async function readCorpus(locomo: string, count: number): Promise<Corpus> {
  const asked = realQuestions(QUESTIONS, locomo);
  const texts = realTexts(asked ? TEXTS.withLocomo : TEXTS.without, locomo);
  const questions = asked ?? spread(QUESTIONS, texts);
  const embedded = await embeddedTexts(questions);
  const dimension = embedded.length / QUESTIONS;
  return {
    texts,
    vectors: blendedVectors(await embeddedTexts(texts), count),
    questions: questions.map((_, i) => embedded.subarray(i * dimension, (i + 1) * dimension)),
  };
}
