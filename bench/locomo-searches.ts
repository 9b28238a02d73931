import type { Embedder } from '../src/embedding/embedder';
import type { CandidatePool, CandidateQuestion } from '../src/memory/candidates';
import { InMemoryRepository } from '../src/memory/in-memory/in-memory.repository';
import type { Memory } from '../src/memory/memory';
import type { CandidateSource } from '../src/memory/memory-backend';
import { ChunkWords, WordAnalysis } from '../src/words/word-analysis';
import { recordSearch } from '../test/support/recorded-search';
import type { Conversation, Question, Turn } from './locomo-data';
import { inPartsOf } from './measure';
import { DEEPEST } from './recall-row';

/** What a search knows and does. The service's: everything, and as many candidates as it takes. */
export interface Circumstances {
  readonly sessions?: false;
  readonly speakers?: false;
  readonly firstPerson?: false;
  /** Candidates of each kind, instead of the service's. */
  readonly candidates?: number;
}

/** What a search scored for a question: the candidates of its conversation, one chunk a turn. */
export interface Scored {
  readonly pool: CandidatePool;
  /** Speakers whom the question names. */
  readonly named: readonly string[];
  readonly category: string;
  /** Ids of memories. */
  readonly evidence: readonly string[];
}

const USER = 1;
const CLOCK = { now: () => new Date() };
const BATCH = 100;

/** The service's search over the reference backend, in this process, where its candidates can be seen. */
export class LocomoSearches {
  private readonly analysis = new RememberingAnalysis('english');
  /** Of the texts of memories: under all circumstances they are the same. */
  private readonly known = new Map<string, Float32Array[]>();

  constructor(
    private readonly conversations: readonly Conversation[],
    private readonly embedder: Embedder,
  ) {}

  /** What a search for each question scores. */
  async under(circumstances: Circumstances): Promise<Scored[]> {
    const repository = new InMemoryRepository(CLOCK, this.analysis);
    const scored: Scored[] = [];
    // All are stored first: words are weighed over everything that the user has.
    const searches = [];
    for (const conversation of this.conversations)
      searches.push(await this.store(repository, conversation, circumstances));
    for (const { questions, projectId, ids } of searches)
      for (const question of questions)
        scored.push(await this.search(repository, question, { projectId, ids, circumstances }));
    return scored;
  }

  private async store(
    repository: InMemoryRepository,
    { name, turns, questions }: Conversation,
    { sessions }: Circumstances,
  ) {
    const project = await repository.ensureProject(USER, name);
    const stored: Memory[] = [];
    for (const batch of inPartsOf(BATCH, turns)) {
      const vectors = await this.vectorsOf(batch.map(({ content }) => content));
      const memories = batch.map((turn, i) => ({
        memory: { ...memoryOf(turn), project, ...(sessions === false ? { sessionId: null } : {}) },
        vectors: vectors[i]!,
      }));
      stored.push(...(await repository.store(USER, memories)));
    }
    const ids = new Map(turns.map(({ id }, i) => [id, stored[i]!.id]));
    return { questions, projectId: project.id, ids };
  }

  private async search(
    repository: InMemoryRepository,
    { question: query, category, evidence }: Question,
    of: { projectId: number; ids: ReadonlyMap<string, string>; circumstances: Circumstances },
  ): Promise<Scored> {
    const { speakers, firstPerson, candidates } = of.circumstances;
    const source = {
      findSpeakers: async (...asked: Parameters<CandidateSource['findSpeakers']>) =>
        speakers === false ? [] : repository.findSpeakers(...asked),
      findCandidates: (userId: number, asked: CandidateQuestion) =>
        repository.findCandidates(userId, withCandidates(asked, candidates)),
    };
    const embedder = {
      embedQuery: (asked: string) => this.embedder.embedQuery(firstPerson === false ? query : asked),
    };
    const filter = { projectId: of.projectId };
    const search = { query, filter, limit: DEEPEST, mode: 'hybrid' } as const;
    const { asked, pool } = await recordSearch(USER, source, embedder, this.analysis, search);
    return { pool, named: asked.named, category, evidence: evidence.map((id) => of.ids.get(id)!) };
  }

  private async vectorsOf(texts: readonly string[]): Promise<Float32Array[][]> {
    const missing = texts.filter((text) => !this.known.has(text));
    const vectors = await this.embedder.embedTexts(missing);
    for (const [i, text] of missing.entries()) this.known.set(text, vectors[i]!);
    return texts.map((text) => this.known.get(text)!);
  }
}

function memoryOf({ content, speaker, sessionId, occurredAt }: Turn) {
  return {
    externalId: null,
    content,
    speaker,
    sessionId,
    occurredAt: new Date(occurredAt),
    sessionType: null,
    agentId: null,
    contentType: 'conversation',
    metadata: {},
    expiresAt: null,
  };
}

function withCandidates(asked: CandidateQuestion, candidates: number | undefined): CandidateQuestion {
  return candidates === undefined ? asked : { ...asked, byVector: candidates, byWords: candidates };
}

/** The reference backend analyses every memory for every question. */
class RememberingAnalysis extends WordAnalysis {
  private readonly known = new Map<string, ChunkWords[]>();

  override wordsOf(content: string, chunks: number): ChunkWords[] {
    const key = `${chunks} ${content}`;
    const words = this.known.get(key) ?? super.wordsOf(content, chunks);
    this.known.set(key, words);
    return words;
  }
}
