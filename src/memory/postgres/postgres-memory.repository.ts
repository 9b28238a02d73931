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
import { Clock, IndexReads, MemoryBackend } from '../memory-backend';
import { MemoryVersion } from '../stored-memory';
import { arrivedMemories } from './arrived-memories';
import { deleteMatchingMemories, deleteMemory } from './delete-memories';
import { registerModel } from './embedding-models';
import { countMemories, findMemory, listMemories } from './find-memories';
import { IndexKeeper } from './search/index-keeper';
import { readIndexReads } from './search/index-reads';
import { PostgresDatabase } from './database/postgres-database';
import { ensureProject, findProject, listProjects } from './project-statements';
import { searchMemories } from './search/search-memories';
import { statisticsOfTenant } from './statistics-statement';
import { storeMemories, updateMemory } from './store-memories';
import { sweepExpired } from './sweep-expired';
import { TenantContext } from './tenant-context';

/** PostgreSQL with pgvector. Every call is one transaction of its tenant; the statements are functions of their own. */
export class PostgresMemoryRepository implements MemoryBackend {
  readonly name = 'postgresql';
  private readonly expirySweep = expirySweep(
    () => sweepExpired(this.database, this.clock.now()),
    (error) => this.database.log(`Expired memories could not be removed: ${(error as Error).message}`),
  );
  private modelId?: number;
  /** None where the database is embedded: building an index would stall this process. */
  private indexes?: IndexKeeper;

  /** @param model of the vectors that will be stored and asked with; asked for when connecting. */
  constructor(
    private readonly database: PostgresDatabase,
    private readonly clock: Clock,
    private readonly model: () => EmbeddingModel,
  ) {}

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
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
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
    return this.asTenant(userId, (tenant) => storeMemories(tenant, memories));
  }

  find(userId: number, key: string): Promise<Memory | undefined> {
    return this.asTenant(userId, (tenant) => findMemory(tenant, key));
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
    return this.asTenant(userId, (tenant) => listMemories(tenant, query));
  }

  search(userId: number, query: VectorQuery): Promise<SearchAnswer> {
    return this.asTenant(userId, (tenant) =>
      searchMemories(tenant, query, this.indexes?.has(userId) ?? false),
    );
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
    return this.asTenant(userId, (tenant) => countMemories(tenant, {}));
  }

  /** Ids of those memories that are here, in the version that was updated then or in a later one. */
  arrived(userId: number, memories: readonly MemoryVersion[]): Promise<ReadonlySet<string>> {
    return this.asTenant(userId, (tenant) => arrivedMemories(tenant, memories));
  }

  statistics(userId: number): Promise<Statistics> {
    return this.asTenant(userId, statisticsOfTenant);
  }

  listProjects(userId: number): Promise<ProjectSummary[]> {
    return this.asTenant(userId, listProjects);
  }

  findProject(
    userId: number,
    by: { readonly name: string } | { readonly id: number },
  ): Promise<Project | undefined> {
    return this.asTenant(userId, (tenant) => findProject(tenant, by));
  }

  ensureProject(userId: number, name: string): Promise<Project> {
    return this.asTenant(userId, (tenant) => ensureProject(tenant, name));
  }

  private asTenant<T>(userId: number, work: (tenant: TenantContext) => Promise<T>): Promise<T> {
    const { modelId } = this;
    if (modelId === undefined) throw new Error('The backend is not connected.');
    const now = this.clock.now();
    const copies = this.database.mayStage;
    return this.database.withTenant(userId, (connection) =>
      work({ connection, userId, now, modelId, copies }),
    );
  }
}
