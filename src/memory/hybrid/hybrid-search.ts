import type { Embedder } from '../../embedding/embedder';
import type { CandidatePool, CandidateQuestion, QuestionWord } from '../candidates';
import type { Memory, MemoryFilter, SearchStrategy } from '../memory';
import type { CandidateSource, Clock } from '../memory-backend';
import { inFirstPerson, namedIn, possibleFirstWords } from '../../words/question-names';
import type { WordAnalysis } from '../../words/word-analysis';
import { HYBRID_WEIGHTS, KEYWORD_WEIGHTS, ScoredMemory, scoreMemories } from './context-scores';
import { Score, withRecency } from './score';

/** A memory that was found, and why it stands where it stands. */
export interface ScoredHit extends Score {
  readonly memory: Memory;
  /** Cosine of the question and the memory's best chunk, in [-1, 1], in every mode. */
  readonly similarity: number;
}

export interface ScoredAnswer {
  /** By falling score, equal ones by rising id; each memory once. */
  readonly hits: ScoredHit[];
  readonly strategy: SearchStrategy;
  readonly exhaustive: boolean;
}

export interface WordSearch {
  readonly query: string;
  readonly filter: MemoryFilter;
  /** At least 1. */
  readonly limit: number;
  /** Memories of less similarity are no results; they still lend context. */
  readonly minSimilarity?: number;
  readonly recencyHalfLifeDays?: number;
  /** `keyword`: by words and their context alone; results have some of it. */
  readonly mode: 'hybrid' | 'keyword';
}

/** Of each kind. More find nothing more: with 50 LoCoMo's recall@5, 10 and 20 are the same to three digits (measured). */
const CANDIDATES = 30;

/** Finds memories by words, vectors, speakers and what was said around them. */
export class HybridSearch {
  constructor(
    private readonly source: CandidateSource,
    private readonly embedder: Pick<Embedder, 'embedQuery'>,
    private readonly analysis: WordAnalysis,
    private readonly clock: Clock,
  ) {}

  /** The best memories among those that the filter leaves; fewer than `limit` only where fewer can be found. */
  async find(userId: number, search: WordSearch): Promise<ScoredAnswer> {
    const { query, filter, limit, mode } = search;
    const named = mode === 'hybrid' ? await this.speakersIn(userId, query) : [];
    const words = this.wordsOf(query, named);
    const vector = this.embedder.embedQuery(inFirstPerson(query, named));
    // A memory of many chunks takes the place of others among the candidates: then twice as many.
    for (let most = Math.max(CANDIDATES, limit); ; most *= 2) {
      const byVector = mode === 'hybrid' ? most : 0;
      const asked: CandidateQuestion = { vector, words, named, filter, byVector, byWords: most };
      // Both are waited for: neither may fail unheard where the other does.
      const [pool] = await Promise.all([this.source.findCandidates(userId, asked), vector]);
      const found = this.results(pool, named, search);
      if (found.length < limit && hasMore(pool, search)) continue;
      const { strategy, exhaustive } = pool;
      return { hits: await this.hits(userId, found.slice(0, limit)), strategy, exhaustive };
    }
  }

  private async speakersIn(userId: number, question: string): Promise<string[]> {
    return namedIn(question, await this.source.findSpeakers(userId, possibleFirstWords(question)));
  }

  private wordsOf(question: string, named: readonly string[]): QuestionWord[] {
    const ofNames = new Set(named.flatMap((name) => this.analysis.lexemes(name)));
    const lexemes = new Set(this.analysis.lexemes(question));
    return [...lexemes].map((lexeme) => ({ lexeme, chooses: !ofNames.has(lexeme) }));
  }

  private results(
    pool: CandidatePool,
    named: readonly string[],
    { mode, minSimilarity = -1, recencyHalfLifeDays }: WordSearch,
  ): ScoredMemory[] {
    const now = this.clock.now();
    return scoreMemories(pool, named, mode === 'hybrid' ? HYBRID_WEIGHTS : KEYWORD_WEIGHTS)
      .filter(({ similarity, score }) => similarity >= minSimilarity && (mode === 'hybrid' || score > 0))
      .map((memory) =>
        recencyHalfLifeDays === undefined
          ? memory
          : { ...memory, ...withRecency(memory, memory.occurredAt, now, recencyHalfLifeDays) },
      )
      .sort((a, b) => b.score - a.score || (a.memoryId < b.memoryId ? -1 : 1));
  }

  private async hits(userId: number, found: readonly ScoredMemory[]): Promise<ScoredHit[]> {
    const memories = await this.source.findAll(
      userId,
      found.map(({ memoryId }) => memoryId),
    );
    const byId = new Map(memories.map((memory) => [memory.id, memory]));
    return found.flatMap(({ memoryId, similarity, score, parts }) => {
      const memory = byId.get(memoryId);
      return memory ? [{ memory, similarity, score, parts }] : [];
    });
  }
}

/** Whether asking for more candidates can bring more results. */
function hasMore(
  { nearestLeft, moreByWords }: CandidatePool,
  { mode, minSimilarity = -1 }: WordSearch,
): boolean {
  return mode === 'keyword' ? moreByWords : nearestLeft !== undefined && nearestLeft >= minSimilarity;
}
