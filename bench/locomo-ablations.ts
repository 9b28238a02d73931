import { HYBRID_WEIGHTS } from '../src/memory/hybrid/context-scores';
import type { Benchmark, Row } from './benchmark';
import { EMBEDDER_OPTIONS } from './embedder-options';
import { requireLocomo } from './locomo-data';
import { Circumstances, LocomoSearches, Scored } from './locomo-searches';
import { DEEPEST, Found, recallRow } from './recall-row';
import {
  contextAddedUp,
  NO_CONTEXT,
  ranksFused,
  rescaled,
  Scoring,
  toStandardDeviations,
  toZeroAndOne,
  weighed,
  withoutRarity,
} from './score-variations';
import { withEmbedder } from './with-embedder';

const { wordContext, vectorContext } = HYBRID_WEIGHTS;
const NO_EXTRAS = { ...NO_CONTEXT, speaker: 0, question: 0 };

/** More than any conversation has. */
const ALL = 10_000;

/** What is measured, by what the search knows. */
const EXPERIMENTS: readonly (readonly [Circumstances, Readonly<Record<string, Scoring>>])[] = [
  [
    {},
    {
      hybrid: weighed(),
      'without words': weighed({ words: 0 }),
      'without vectors': weighed({ vector: 0 }),
      'without the speaker who is named': weighed({ speaker: 0 }),
      'without the question mark': weighed({ question: 0 }),
      'without rarity: every word counts the same': withoutRarity,
      'without context': weighed(NO_CONTEXT),
      'without context of words': weighed({ wordContext: NO_CONTEXT.wordContext }),
      'without context of vectors': weighed({ vectorContext: NO_CONTEXT.vectorContext }),
      'context of one turn before and after': weighed({
        wordContext: { ...wordContext, [-2]: 0, [2]: 0 },
        vectorContext: { ...vectorContext, [-2]: 0, [2]: 0 },
      }),
      'context added up instead of the best': contextAddedUp,
      'ranks fused (RRF) instead of scores': ranksFused,
      'words and vectors stretched to 0 and 1': rescaled(toZeroAndOne),
      'words and vectors in standard deviations': rescaled(toStandardDeviations),
    },
  ],
  [{ firstPerson: false }, { 'without the first person': weighed() }],
  [{ speakers: false }, { 'memories without speakers': weighed() }],
  [{ sessions: false }, { 'memories without sessions': weighed() }],
  [{ sessions: false, speakers: false }, { 'memories without either': weighed() }],
  [{ candidates: ALL }, { 'every memory a candidate': weighed() }],
  [
    { firstPerson: false, speakers: false, candidates: ALL },
    {
      'vectors alone': weighed({ ...NO_EXTRAS, words: 0 }),
      'words alone (BM25)': weighed({ ...NO_EXTRAS, vector: 0 }),
      'average of both, stretched to 0 and 1 (ordinary hybrid search)': rescaled(toZeroAndOne, NO_EXTRAS),
    },
  ],
];

/** In this process over the reference backend, by the modules that the service scores with. */
export const locomoAblations: Benchmark = {
  about: 'recall of the same by hybrid search without some of its parts or with others, in one process',
  run: async ({ locomo: file }) => {
    const conversations = requireLocomo(file);
    // Most questions are asked many times.
    return withEmbedder(
      async (embedder) => {
        const searches = new LocomoSearches(conversations, embedder);
        const rows: Row[] = [];
        for (const [circumstances, scorings] of EXPERIMENTS) {
          const scored = await searches.under(circumstances);
          for (const [what, scoring] of Object.entries(scorings))
            rows.push(recallRow(what, foundBy(scoring, scored)));
        }
        return rows;
      },
      { ...EMBEDDER_OPTIONS, cacheSize: 4_000 },
    );
  },
};

function foundBy(scoring: Scoring, scored: readonly Scored[]): Found[] {
  return scored.map((each) => ({
    category: each.category,
    evidence: each.evidence,
    results: scoring(each)
      .toSorted((a, b) => b.score - a.score || (a.memoryId < b.memoryId ? -1 : 1))
      .slice(0, DEEPEST)
      .map(({ memoryId }) => memoryId),
  }));
}
