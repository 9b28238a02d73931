import { withEmbedder } from '../../bench/with-embedder';
import type { CandidateQuery } from '../../src/memory/candidates';
import { HYBRID_WEIGHTS, ScoredMemory, scoreMemories } from '../../src/memory/hybrid/context-scores';
import { idf } from '../../src/memory/hybrid/word-weights';
import { InMemoryRepository } from '../../src/memory/in-memory/in-memory.repository';
import { readSpeaker } from '../../src/memory/speaker';
import { inFirstPerson } from '../../src/words/question-names';
import { WordAnalysis } from '../../src/words/word-analysis';
import { recordSearch } from '../../test/support/recorded-search';
import type { Answers, AskedMemory, Way } from './answers';

const USER = 1;
const ALONE = { [-2]: 0, [-1]: 0, [1]: 0, [2]: 0 };
const ANALYSIS = new WordAnalysis('english');

type Said = Omit<AskedMemory, 'ways'>;

/** What goes on inside a search, seen by the same code over the backend for tests. */
export interface ExplainedSearch extends Pick<Answers, 'inFirstPerson' | 'words' | 'memories'> {
  /** By ids: all candidates, as they are scored, and as they would be without neighbours. */
  readonly scored: ReadonlyMap<string, ScoredMemory>;
  readonly alone: ReadonlyMap<string, ScoredMemory>;
}

/** @param limit as it is asked for: it can make more memories candidates. */
export async function explainSearch(
  question: string,
  said: readonly Said[],
  limit: number,
): Promise<ExplainedSearch> {
  return withEmbedder(async (embedder) => {
    const vectors = await embedder.embedTexts(said.map(({ content }) => content));
    const inSessions = await Stored.of(said, vectors, true);
    const { asked, pool } = await recordSearch(USER, inSessions.repository, embedder, ANALYSIS, {
      query: question,
      filter: {},
      limit,
      mode: 'hybrid',
    });
    // A memory without a session has no neighbours: candidates are then only those that were chosen.
    const chosen = await Stored.of(said, vectors, false);
    const chosenBy = {
      words: await chosen.candidates({ ...asked, byVector: 0 }),
      vector: await chosen.candidates({ ...asked, byWords: 0 }),
    };
    const candidates = await inSessions.candidates(asked);
    const { chunks, chunksWith } = pool.scope;
    return {
      inFirstPerson: inFirstPerson(question, asked.named),
      words: asked.words.map(({ lexeme }, i) => {
        const memories = chunksWith[i]!;
        return { lexeme, memories, weight: memories === 0 ? 0 : idf(chunks, memories) };
      }),
      memories: said.map((memory) => ({ ...memory, ways: waysOf(memory.id, chosenBy, candidates) })),
      scored: inSessions.byId(scoreMemories(pool, asked.named)),
      alone: inSessions.byId(
        scoreMemories(pool, asked.named, { ...HYBRID_WEIGHTS, wordContext: ALONE, vectorContext: ALONE }),
      ),
    };
  });
}

function waysOf(
  id: string,
  chosenBy: Readonly<Record<'words' | 'vector', ReadonlySet<string>>>,
  candidates: ReadonlySet<string>,
): Way[] {
  const ways = (['words', 'vector'] as const).filter((way) => chosenBy[way].has(id));
  return ways.length === 0 && candidates.has(id) ? ['neighbour'] : ways;
}

/** What was said, stored one memory each. */
class Stored {
  private constructor(
    readonly repository: InMemoryRepository,
    private readonly ids: ReadonlyMap<string, string>,
  ) {}

  static async of(
    said: readonly Said[],
    vectors: readonly Float32Array[][],
    withSessions: boolean,
  ): Promise<Stored> {
    const repository = new InMemoryRepository({ now: () => new Date() }, ANALYSIS);
    const memories = said.map(({ content, session, at }, i) => ({
      memory: {
        externalId: null,
        project: null,
        sessionId: withSessions ? session : null,
        sessionType: null,
        agentId: null,
        speaker: readSpeaker(content),
        contentType: 'conversation',
        content,
        metadata: {},
        occurredAt: new Date(at),
        expiresAt: null,
      },
      vectors: vectors[i]!,
    }));
    const stored = await repository.store(USER, memories);
    return new Stored(repository, new Map(stored.map(({ id }, i) => [id, said[i]!.id])));
  }

  async candidates(query: CandidateQuery): Promise<Set<string>> {
    const { chunks } = await this.repository.findCandidates(USER, query);
    return new Set(chunks.map(({ memoryId }) => this.ids.get(memoryId)!));
  }

  byId(memories: readonly ScoredMemory[]): Map<string, ScoredMemory> {
    return new Map(memories.map((memory) => [this.ids.get(memory.memoryId)!, memory]));
  }
}
