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
import { byCodePoint } from '../code-point-order';
import { expirySweep } from '../expiry-sweep';
import { CandidatePool, CandidateQuestion, whenEmbedded } from '../candidates';
import { Clock, MemoryBackend, MOST_SPEAKERS } from '../memory-backend';
import { CountMismatchError } from '../memory.errors';
import { isLive } from '../stored-memory';
import { StatisticsTally } from '../statistics';
import { WordAnalysis } from '../../words/word-analysis';
import { ChromaCollections } from './chroma-collections';
import { ChromaConnection } from './chroma-connection';
import { ChromaEndpoint } from './chroma-endpoint';
import { ChromaRegistry } from './chroma-registry';
import { CandidateFinder } from './tenant/find-candidates';
import { GroupedStores } from './grouped-stores';
import { listEntries } from './tenant/list-entries';
import { matchingEntries } from './tenant/matching-entries';
import { MemoryFetcher } from './memory-fetcher';
import { NearestMemories } from './tenant/nearest-memories';
import { PendingRecords } from './pending-records';
import { RecordReader } from './record-reader';
import { memoryOfEntry, TenantEntry } from './tenant/tenant-entry';
import { TenantIndex } from './tenant/tenant-index';
import { TenantLoader } from './tenant/tenant-loader';
import { Tenants, TenantsOptions } from './tenant/tenants';
import { visitInSlices } from '../../common/time-slices';
import { CompleteMemory, replacement, revision } from './tenant/tenant-writes';

export interface ChromaMemoryOptions extends TenantsOptions {
  /** Whether what is written is to be brought to PostgreSQL later, and marked so. */
  readonly marksPending?: boolean;
  /** Of the words that memories are found by: English unless given. */
  readonly analysis?: WordAnalysis;
}

/** ChromaDB, with an index of each user in memory (docs/adr/0002-chroma-index-in-memory.md). */
export class ChromaMemoryRepository implements MemoryBackend {
  readonly name = 'chromadb';
  private readonly collections: ChromaCollections;
  private readonly registry: ChromaRegistry;
  private readonly tenants: Tenants;
  private readonly stores: GroupedStores;
  private readonly fetcher: MemoryFetcher;
  private readonly marksPending: boolean;
  /** What fails is told by the next request. */
  private readonly expirySweep = expirySweep(
    () => this.tenants.sweep(),
    () => undefined,
  );

  constructor(
    private readonly endpoint: ChromaEndpoint,
    private readonly clock: Clock,
    { marksPending = false, analysis = new WordAnalysis('english'), ...options }: ChromaMemoryOptions,
  ) {
    this.marksPending = marksPending;
    this.collections = new ChromaCollections(new ChromaConnection(endpoint));
    this.registry = new ChromaRegistry(this.collections, clock);
    const reader = new RecordReader(this.registry, clock.now());
    const loader = new TenantLoader(this.collections, reader, { ...options, analysis });
    this.tenants = new Tenants(this.collections, this.registry, loader, clock, options);
    this.stores = new GroupedStores(this.tenants, clock, marksPending);
    this.fetcher = new MemoryFetcher(this.collections, reader, this.tenants);
  }

  get remark(): string | undefined {
    return this.endpoint.remark;
  }

  async connect(): Promise<void> {
    await this.endpoint.start();
    this.expirySweep.start();
    // The default user's index is on its way before it is asked for; a failure shows when it is.
    void this.count(1).catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.all([this.expirySweep.stop(), this.tenants.close(), this.registry.close()]);
    await this.endpoint.stop();
  }

  ping(): Promise<void> {
    return this.collections.ping();
  }

  largestStore(): Promise<number> {
    return this.collections.maxBatchSize();
  }

  async store(userId: number, memories: readonly EmbeddedMemory[]): Promise<Memory[]> {
    if (memories.length === 0) return [];
    return this.stores.store(userId, memories);
  }

  /**
   * Writes memories as they are, ids and times included, all or none; one whose id is there already is replaced. Their
   * projects must exist.
   *
   * @throws BatchTooLargeError when the store cannot write so many vectors at once (5,461).
   */
  import(userId: number, memories: readonly CompleteMemory[]): Promise<void> {
    return this.tenants.write(userId, async (tenant) => {
      const writes = memories.map(({ memory, vectors }) =>
        replacement({ memory, vectors }, tenant.index.ofId(memory.id), false),
      );
      if (writes.length > 0) await tenant.write(writes);
    });
  }

  find(userId: number, key: string): Promise<Memory | undefined> {
    return this.tenants.read(userId, async (tenant) => {
      const entry = tenant.index.find(key, this.clock.now());
      return entry && (await this.fetcher.memoriesOf(tenant, userId, [entry])).get(entry);
    });
  }

  update(
    userId: number,
    key: string,
    revise: (current: Memory) => Memory,
    vectors?: Float32Array[],
  ): Promise<Memory | undefined> {
    return this.tenants.write(userId, async (tenant) => {
      const now = this.clock.now();
      const entry = tenant.index.find(key, now);
      const current = entry && (await this.fetcher.memoriesOf(tenant, userId, [entry])).get(entry);
      if (!entry || !current) return undefined;
      const memory = { ...revise(current), updatedAt: now };
      if (vectors) {
        const write = replacement({ memory, vectors }, entry, this.marksPending);
        await tenant.write([write]);
        return memoryOfEntry(write.entry);
      }
      const write = revision(memory, entry, this.marksPending);
      await tenant.revise(write);
      return memoryOfEntry(write.entry);
    });
  }

  delete(userId: number, key: string): Promise<boolean> {
    return this.tenants.write(userId, async (tenant) => {
      const entry = tenant.index.find(key, this.clock.now());
      if (entry) await tenant.remove([entry]);
      return entry !== undefined;
    });
  }

  deleteMatching(
    userId: number,
    filter: MemoryFilter,
    { dryRun, expectedCount }: { readonly dryRun: boolean; readonly expectedCount?: number },
  ): Promise<Deletion> {
    return this.tenants.write(userId, async (tenant) => {
      const matching = await matchingEntries(tenant.index, filter, this.clock.now());
      const matched = matching.length;
      if (expectedCount !== undefined && expectedCount !== matched)
        throw new CountMismatchError(matched, expectedCount);
      if (dryRun) return { matched, deleted: 0 };
      await tenant.remove(matching);
      return { matched, deleted: matched };
    });
  }

  list(userId: number, query: ListQuery): Promise<MemoryPage> {
    return this.tenants.read(userId, async (tenant) => {
      const { entries, next, total } = await listEntries(tenant.index, query, this.clock.now());
      const memories = await this.fetcher.memoriesOf(tenant, userId, entries);
      const items = entries.flatMap((entry) => memories.get(entry) ?? []);
      return { items, next, ...(total === undefined ? {} : { total }) };
    });
  }

  search(userId: number, query: VectorQuery): Promise<SearchAnswer> {
    return this.tenants.read(userId, async (tenant) => {
      const { collection, index } = tenant;
      const nearest = new NearestMemories(this.collections, collection, index);
      const { candidates, strategy } = await nearest.find(query, this.clock.now());
      const memories = await this.fetcher.memoriesOf(
        tenant,
        userId,
        candidates.map(({ entry }) => entry),
      );
      const hits = candidates.flatMap(({ entry, similarity }) => {
        const memory = memories.get(entry);
        return memory ? [{ memory, similarity }] : [];
      });
      return { hits, strategy, exhaustive: strategy === 'exact' };
    });
  }

  findSpeakers(userId: number, firstWords: readonly string[]): Promise<string[]> {
    return this.tenants.read(userId, async ({ index }) => {
      const speakers = index.speakers.find(firstWords, index.expired(this.clock.now()));
      return speakers.sort(byCodePoint).slice(0, MOST_SPEAKERS);
    });
  }

  async findCandidates(userId: number, question: CandidateQuestion): Promise<CandidatePool> {
    const query = await whenEmbedded(question);
    return this.tenants.read(userId, async ({ collection, index }) => {
      const nearest = new NearestMemories(this.collections, collection, index);
      return new CandidateFinder(index, nearest, query, this.clock.now()).find();
    });
  }

  findAll(userId: number, ids: readonly string[]): Promise<Memory[]> {
    return this.tenants.read(userId, async (tenant) => {
      const now = this.clock.now();
      const entries = ids.flatMap((id) => tenant.index.find(id, now) ?? []);
      const memories = await this.fetcher.memoriesOf(tenant, userId, entries);
      return entries.flatMap((entry) => memories.get(entry) ?? []);
    });
  }

  count(userId: number): Promise<number> {
    return this.tenants.read(userId, async ({ index }) => index.countLive(this.clock.now()));
  }

  countPending(userId: number): Promise<number> {
    return this.tenants.read(userId, async ({ index }) => index.countPending(this.clock.now()));
  }

  /** The records of all users that wait to be brought to PostgreSQL. */
  pendingRecords(): PendingRecords {
    return new PendingRecords(this.collections, this.registry);
  }

  statistics(userId: number, projectId?: number): Promise<Statistics> {
    return this.tenants.read(userId, async ({ index }) => {
      const tally = new StatisticsTally();
      await this.visitLive(index, (entry) => {
        if (projectId === undefined || entry.header.projectId === projectId) tally.add(entry.header, entry);
      });
      return tally.result();
    });
  }

  /** After loading, which notes projects of the original's memories. */
  listProjects(userId: number): Promise<ProjectSummary[]> {
    return this.tenants.read(userId, async ({ index }) => {
      const projects = await this.registry.listProjects(userId);
      const memories = new Map<number | null, number>();
      await this.visitLive(index, ({ header: { projectId } }) =>
        memories.set(projectId, (memories.get(projectId) ?? 0) + 1),
      );
      return projects
        .sort((a, b) => byCodePoint(a.name, b.name))
        .map((project) => ({ ...project, memories: memories.get(project.id) ?? 0 }));
    });
  }

  findProject(
    userId: number,
    by: { readonly name: string } | { readonly id: number },
  ): Promise<Project | undefined> {
    return this.tenants.read(userId, () => this.registry.findProject(userId, by));
  }

  ensureProject(userId: number, name: string): Promise<Project> {
    return this.registry.ensureProject(userId, name);
  }

  deleteUser(userId: number): Promise<void> {
    return this.tenants.remove(userId);
  }

  private visitLive(index: TenantIndex, visit: (entry: TenantEntry) => void): Promise<void> {
    const now = this.clock.now();
    return visitInSlices(index.entries, (entry) => {
      if (isLive(entry.header, now)) visit(entry);
    });
  }
}
