import type { EmbeddingModel } from '../../embedding/embedder';
import {
  Deletion,
  EmbeddedMemory,
  ListQuery,
  Memory,
  MemoryFilter,
  MemoryPage,
  Project,
  ProjectSummary,
  SearchAnswer,
  Statistics,
  VectorQuery,
} from '../memory';
import { expirySweep } from '../expiry-sweep';
import { CandidatePool, CandidateQuestion, whenEmbedded } from '../candidates';
import { Clock, IndexReads, MemoryBackend } from '../memory-backend';
import { MemoryVersion } from '../stored-memory';
import { WordAnalysis } from '../../words/word-analysis';
import { arrivedMemories } from './arrived-memories';
import { deleteMatchingMemories, deleteMemory } from './delete-memories';
import { deleteUser } from './delete-user';
import { registerModel } from './embedding-models';
import { countMemories, findMemories, findMemory, listMemories } from './find-memories';
import { findByWords } from './search/find-by-words';
import { findCandidates } from './search/find-candidates';
import { findSpeakers } from './search/find-speakers';
import { IndexKeeper } from './search/index-keeper';
import { readIndexReads } from './search/index-reads';
import type { Statements } from './database/pipelined-transaction';
import { PostgresDatabase } from './database/postgres-database';
import { ensureProject, findProject, listProjects } from './project-statements';
import { searchMemories } from './search/search-memories';
import { WordFrequencies } from './search/word-frequencies';
import { statisticsOfTenant } from './statistics-statement';
import { asksAtOnce, storeMemories, updateMemory } from './store-memories';
import { sweepExpired } from './sweep-expired';
import { TenantContext } from './tenant-context';
import { WordKeeper } from './words/word-keeper';

/**
 * PostgreSQL with pgvector. A call that writes is one transaction of its tenant; of what only reads each statement is one by
 * itself. The statements are functions of their own.
 */
export class PostgresMemoryRepository implements MemoryBackend {
  readonly name = 'postgresql';
  private readonly expirySweep = expirySweep(
    () => sweepExpired(this.database, this.clock.now()),
    (error) => this.database.log(`Expired memories could not be removed: ${(error as Error).message}`),
  );
  private readonly frequencies = new WordFrequencies();
  private modelId?: number;
  /** None where the database is embedded: building an index would stall this process. */
  private indexes?: IndexKeeper;
  private words?: WordKeeper;

  /** @param model of the vectors that will be stored and asked with; asked for when connecting. */
  constructor(
    private readonly database: PostgresDatabase,
    private readonly clock: Clock,
    private readonly model: () => EmbeddingModel,
    private readonly analysis = new WordAnalysis('english'),
  ) {}

  get remark(): string | undefined {
    return this.words?.remark;
  }

  async connect(): Promise<void> {
    await this.database.connect();
    try {
      const model = this.model();
      const modelId = await this.database.withoutTenant((connection) => registerModel(connection, model));
      this.modelId = modelId;
      if (!this.database.host.embedded)
        this.indexes = new IndexKeeper(this.database, { modelId, dimension: model.dimension });
      this.indexes?.start();
      this.expirySweep.start();
      this.words = new WordKeeper(this.database, this.analysis, modelId);
      await this.words.start();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.words?.stop();
    await this.expirySweep.stop();
    await this.indexes?.stop();
    await this.database.close();
  }

  ping(): Promise<void> {
    return this.database.ping();
  }

  async largestStore(): Promise<undefined> {
    return undefined;
  }

  async store(userId: number, memories: readonly EmbeddedMemory[]): Promise<Memory[]> {
    if (memories.length === 0) return [];
    const contextOf = this.contextOf(userId);
    const work = (connection: Statements) => storeMemories(contextOf(connection), memories);
    return asksAtOnce(memories)
      ? this.database.withTenantPipelined(userId, work)
      : this.database.withTenant(userId, work);
  }

  find(userId: number, key: string): Promise<Memory | undefined> {
    return this.reading(userId, (tenant) => findMemory(tenant, key));
  }

  update(
    userId: number,
    key: string,
    revise: (current: Memory) => Memory,
    vectors?: Float32Array[],
  ): Promise<Memory | undefined> {
    return this.asTenant(userId, (tenant) => updateMemory(tenant, key, revise, vectors));
  }

  delete(userId: number, key: string): Promise<boolean> {
    return this.asTenant(userId, (tenant) => deleteMemory(tenant, key));
  }

  deleteMatching(
    userId: number,
    filter: MemoryFilter,
    options: { readonly dryRun: boolean; readonly expectedCount?: number },
  ): Promise<Deletion> {
    return this.asTenant(userId, (tenant) => deleteMatchingMemories(tenant, filter, options));
  }

  list(userId: number, query: ListQuery): Promise<MemoryPage> {
    return this.reading(userId, (tenant) => listMemories(tenant, query));
  }

  search(userId: number, query: VectorQuery): Promise<SearchAnswer> {
    return this.searching(userId, (tenant, indexed) => searchMemories(tenant, query, indexed));
  }

  findSpeakers(userId: number, firstWords: readonly string[]): Promise<string[]> {
    return this.reading(userId, (tenant) => findSpeakers(tenant, firstWords));
  }

  /** No connection is held while the question is embedded. */
  async findCandidates(userId: number, question: CandidateQuestion): Promise<CandidatePool> {
    const worded = await this.reading(userId, (tenant) => findByWords(tenant, question, this.frequencies));
    const query = await whenEmbedded(question);
    const pool = await this.searching(userId, (tenant, indexed) =>
      findCandidates(tenant, query, { worded, indexed }),
    );
    return this.words?.complete ? pool : { ...pool, exhaustive: false };
  }

  findAll(userId: number, ids: readonly string[]): Promise<Memory[]> {
    return this.reading(userId, (tenant) => findMemories(tenant, ids));
  }

  /** Resolves when every memory that was there before has the words of this analysis: until then it is found by its vector alone. */
  async keepWords(): Promise<void> {
    await this.words?.keepNow();
  }

  /**
   * Builds and drops approximate indexes as the sizes of the tenants ask for, unless another instance is at it. Happens
   * by itself at start and every five minutes.
   */
  async keepIndexes(): Promise<void> {
    await this.indexes?.keepNow();
  }

  indexReads(): Promise<IndexReads | undefined> {
    return this.database.withoutTenant(readIndexReads);
  }

  count(userId: number): Promise<number> {
    return this.reading(userId, (tenant) => countMemories(tenant, {}));
  }

  /** Ids of those memories that are here, in the version that was updated then or in a later one. */
  arrived(userId: number, memories: readonly MemoryVersion[]): Promise<ReadonlySet<string>> {
    return this.reading(userId, (tenant) => arrivedMemories(tenant, memories));
  }

  statistics(userId: number, projectId?: number): Promise<Statistics> {
    return this.reading(userId, (tenant) => statisticsOfTenant(tenant, { projectId }));
  }

  listProjects(userId: number): Promise<ProjectSummary[]> {
    return this.reading(userId, listProjects);
  }

  findProject(
    userId: number,
    by: { readonly name: string } | { readonly id: number },
  ): Promise<Project | undefined> {
    return this.reading(userId, (tenant) => findProject(tenant, by));
  }

  ensureProject(userId: number, name: string): Promise<Project> {
    return this.asTenant(userId, (tenant) => ensureProject(tenant, name));
  }

  /** With the user's keys, which are in the same database. */
  async deleteUser(userId: number): Promise<void> {
    await deleteUser(this.database, userId);
  }

  private asTenant<T>(userId: number, work: (tenant: TenantContext) => Promise<T>): Promise<T> {
    const contextOf = this.contextOf(userId);
    return this.database.withTenant(userId, (connection) => work(contextOf(connection)));
  }

  /** For what changes nothing: each of its statements is a transaction by itself. */
  private reading<T>(userId: number, work: (tenant: TenantContext) => Promise<T>): Promise<T> {
    const contextOf = this.contextOf(userId);
    return this.database.askTenant(userId, (connection) => work(contextOf(connection)));
  }

  /** The same for what asks the user's approximate index, if there is one: its settings hold for a transaction. */
  private searching<T>(
    userId: number,
    work: (tenant: TenantContext, indexed: boolean) => Promise<T>,
  ): Promise<T> {
    if (!this.indexes?.has(userId)) return this.reading(userId, (tenant) => work(tenant, false));
    const contextOf = this.contextOf(userId);
    return this.database.readTenant(userId, (connection) => work(contextOf(connection), true));
  }

  private contextOf(userId: number): (connection: Statements) => TenantContext {
    const { modelId, analysis } = this;
    if (modelId === undefined) throw new Error('The backend is not connected.');
    const now = this.clock.now();
    const copies = this.database.mayStage;
    return (connection) => ({ connection, userId, now, modelId, copies, analysis });
  }
}
