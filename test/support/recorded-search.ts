import type { Embedder } from '../../src/embedding/embedder';
import { CandidatePool, CandidateQuery, whenEmbedded } from '../../src/memory/candidates';
import { HybridSearch, WordSearch } from '../../src/memory/hybrid/hybrid-search';
import type { CandidateSource, Clock } from '../../src/memory/memory-backend';
import type { WordAnalysis } from '../../src/words/word-analysis';

const CLOCK: Clock = { now: () => new Date() };

/** What the service's search asked for last, and the candidates that it scored. */
export interface RecordedSearch {
  readonly asked: CandidateQuery;
  readonly pool: CandidatePool;
}

/** Searches as the service does, to see what is inside. */
export async function recordSearch(
  userId: number,
  source: Pick<CandidateSource, 'findSpeakers' | 'findCandidates'>,
  embedder: Pick<Embedder, 'embedQuery'>,
  analysis: WordAnalysis,
  search: WordSearch,
): Promise<RecordedSearch> {
  let last: RecordedSearch | undefined;
  const recording: CandidateSource = {
    findSpeakers: (...asked) => source.findSpeakers(...asked),
    findCandidates: async (user, asked) => {
      const pool = await source.findCandidates(user, asked);
      last = { asked: await whenEmbedded(asked), pool };
      return pool;
    },
    findAll: async () => [],
  };
  await new HybridSearch(recording, embedder, analysis, CLOCK).find(userId, search);
  return last!;
}
