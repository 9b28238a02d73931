import { Inject, Injectable, Optional } from '@nestjs/common';
import { EMBEDDER, type Embedder } from '../embedding/embedder';
import { BACKEND_STATE, type BackendState } from './backend-state';
import { FilterResolver } from './filter/filter-resolver.service';
import type { ScoredAnswer, ScoredHit } from './hybrid/hybrid-search';
import { MemorySearch, SearchMode } from './hybrid/memory-search';
import { SearchInput, SearchOutcome } from './memory-input';
import { MEMORY_OBSERVER, type MemoryObserver } from './memory-observer';
import { PromptContext, promptContext } from './prompt-context';

/** Finds memories by words and by meaning, inside one user's memories. */
@Injectable()
export class SearchService {
  constructor(
    private readonly memories: MemorySearch,
    @Inject(EMBEDDER) private readonly embedder: Embedder,
    @Inject(BACKEND_STATE) private readonly state: BackendState,
    private readonly filters: FilterResolver,
    @Optional() @Inject(MEMORY_OBSERVER) private readonly observer?: MemoryObserver,
  ) {}

  /**
   * The best memories for a question among those that the filter leaves, best first.
   *
   * @throws InvalidInputError naming the fields as the API does.
   */
  async search(userId: number, input: SearchInput): Promise<SearchOutcome> {
    const start = performance.now();
    const { mode = 'hybrid' } = input;
    const answer = await this.found(userId, input, mode);
    const tookMs = performance.now() - start;
    this.observer?.searched({ ...answer, seconds: tookMs / 1000 });
    const { backendName: backend } = this.memories;
    return { ...answer, mode, backend, degraded: this.state.degraded, tookMs };
  }

  /** What is found, as text for a prompt of at most `maxTokens` as the embedding model counts them. */
  async context(userId: number, input: SearchInput, maxTokens: number): Promise<PromptContext<ScoredHit>> {
    const { hits } = await this.search(userId, input);
    return promptContext(hits, maxTokens, (texts) => this.embedder.countTokens(texts));
  }

  private async found(userId: number, input: SearchInput, mode: SearchMode): Promise<ScoredAnswer> {
    const { query, limit, minSimilarity, recencyHalfLifeDays } = input;
    const filter = await this.filters.resolveSearch(userId, input);
    if (!filter) return { hits: [], strategy: 'exact', exhaustive: true };
    return this.memories.find(userId, { query, filter, limit, minSimilarity, recencyHalfLifeDays, mode });
  }
}
