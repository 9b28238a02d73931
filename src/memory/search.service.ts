import { Inject, Injectable, Optional } from '@nestjs/common';
import { EMBEDDER, type Embedder } from '../embedding/embedder';
import { BACKEND_STATE, type BackendState } from './backend-state';
import { FilterResolver } from './filter/filter-resolver.service';
import { SearchAnswer } from './memory';
import { MEMORY_BACKEND, type MemoryBackend } from './memory-backend';
import { SearchInput, SearchOutcome } from './memory-input';
import { MEMORY_OBSERVER, type MemoryObserver } from './memory-observer';
import { PromptContext, promptContext } from './prompt-context';

/** Finds memories by meaning, inside one user's memories. */
@Injectable()
export class SearchService {
  constructor(
    @Inject(MEMORY_BACKEND) private readonly backend: MemoryBackend,
    @Inject(EMBEDDER) private readonly embedder: Embedder,
    @Inject(BACKEND_STATE) private readonly state: BackendState,
    private readonly filters: FilterResolver,
    @Optional() @Inject(MEMORY_OBSERVER) private readonly observer?: MemoryObserver,
  ) {}

  /**
   * The memories nearest to the question among those that the filter leaves, nearest first.
   *
   * @throws InvalidInputError naming the fields as the API does.
   */
  async search(userId: number, input: SearchInput): Promise<SearchOutcome> {
    const start = performance.now();
    const answer = await this.nearest(userId, input);
    const tookMs = performance.now() - start;
    this.observer?.searched({ ...answer, seconds: tookMs / 1000 });
    return { ...answer, backend: this.backend.name, degraded: this.state.degraded, tookMs };
  }

  /** What is found, as text for a prompt of at most `maxTokens` as the embedding model counts them. */
  async context(userId: number, input: SearchInput, maxTokens: number): Promise<PromptContext> {
    const { hits } = await this.search(userId, input);
    return promptContext(hits, maxTokens, (texts) => this.embedder.countTokens(texts));
  }

  private async nearest(userId: number, input: SearchInput): Promise<SearchAnswer> {
    const { query, limit, minSimilarity } = input;
    const filter = await this.filters.resolveSearch(userId, input);
    if (!filter) return { hits: [], strategy: 'exact', exhaustive: true };
    const vector = await this.embedder.embedQuery(query);
    return this.backend.search(userId, { vector, filter, limit, minSimilarity });
  }
}
