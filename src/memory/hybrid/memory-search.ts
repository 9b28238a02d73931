import type { Embedder } from '../../embedding/embedder';
import type { MemoryFilter } from '../memory';
import type { BackendName, Clock, MemoryBackend } from '../memory-backend';
import type { WordAnalysis } from '../../words/word-analysis';
import { HybridSearch, ScoredAnswer, ScoredHit, WordSearch } from './hybrid-search';
import { similarityScore, withRecency } from './score';

/**
 * How memories are looked for: `hybrid` by words, vectors, speakers and what was said around; `keyword` by words and what was said
 * around; `semantic` by vectors alone.
 */
export const SEARCH_MODES = ['hybrid', 'semantic', 'keyword'] as const;
export type SearchMode = (typeof SEARCH_MODES)[number];

export interface MemoryQuery extends Omit<WordSearch, 'mode'> {
  readonly filter: MemoryFilter;
  readonly mode: SearchMode;
}

/** Where age matters, so many of the nearest are put in order by it, and at least so many for each one that is wanted. */
const FADING = { least: 50, perResult: 4 };

/** Finds memories, each with its score, in every mode. */
export class MemorySearch {
  private readonly hybrid: HybridSearch;

  constructor(
    private readonly backend: MemoryBackend,
    private readonly embedder: Embedder,
    analysis: WordAnalysis,
    private readonly clock: Clock,
  ) {
    this.hybrid = new HybridSearch(backend, embedder, analysis, clock);
  }

  /** Of the backend that is in use now. */
  get backendName(): BackendName {
    return this.backend.name;
  }

  find(userId: number, query: MemoryQuery): Promise<ScoredAnswer> {
    const { mode } = query;
    return mode === 'semantic' ? this.nearest(userId, query) : this.hybrid.find(userId, { ...query, mode });
  }

  private async nearest(userId: number, query: MemoryQuery): Promise<ScoredAnswer> {
    const { filter, limit, minSimilarity, recencyHalfLifeDays } = query;
    const vector = await this.embedder.embedQuery(query.query);
    const fades = recencyHalfLifeDays !== undefined;
    const most = fades ? Math.max(FADING.least, FADING.perResult * limit) : limit;
    const { hits, ...how } = await this.backend.search(userId, {
      vector,
      filter,
      limit: most,
      minSimilarity,
    });
    const scored = hits.map((hit): ScoredHit => ({ ...hit, ...similarityScore(hit.similarity) }));
    return { ...how, hits: fades ? this.faded(scored, recencyHalfLifeDays).slice(0, limit) : scored };
  }

  private faded(hits: readonly ScoredHit[], halfLifeDays: number): ScoredHit[] {
    const now = this.clock.now();
    return hits
      .map((hit) => ({ ...hit, ...withRecency(hit, hit.memory.occurredAt, now, halfLifeDays) }))
      .sort((a, b) => b.score - a.score || (a.memory.id < b.memory.id ? -1 : 1));
  }
}
