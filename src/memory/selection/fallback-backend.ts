import type { CandidatePool, CandidateQuery } from '../candidates';
import { AsyncLocalStorage } from 'node:async_hooks';
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
import { IndexReads, MemoryBackend } from '../memory-backend';

/**
 * A backend in the place of the one that was asked for, until that one takes over. What works on several calls (finds
 * a project, then stores in it) is pinned: all of its calls go to the backend that it began with, whose project ids mean
 * nothing to the other.
 */
export class FallbackBackend implements MemoryBackend {
  private successor?: MemoryBackend;
  private readonly pinned = new AsyncLocalStorage<MemoryBackend>();
  private readonly pins = new Set<Promise<unknown>>();

  constructor(private readonly substitute: MemoryBackend) {}

  /** Whether the caller is still answered by the substitute. */
  get isSubstituted(): boolean {
    return this.target === this.substitute;
  }

  get name(): MemoryBackend['name'] {
    return this.target.name;
  }

  get remark(): string | undefined {
    return this.target.remark;
  }

  /**
   * Does `work` with everything that it starts on the backend that is in use now.
   *
   * @param ended settles when nothing of it is left.
   */
  pin(work: () => void, ended: Promise<unknown>): void {
    if (this.successor) {
      work();
      return;
    }
    const pin = ended.catch(() => undefined).finally(() => this.pins.delete(pin));
    this.pins.add(pin);
    this.pinned.run(this.substitute, work);
  }

  /**
   * From now on whoever is not pinned is answered by this backend, which is connected.
   *
   * @returns when whoever was pinned has ended; the substitute stays open.
   */
  async handOver(successor: MemoryBackend): Promise<void> {
    this.successor = successor;
    await Promise.all(this.pins);
  }

  connect(): Promise<void> {
    return this.substitute.connect();
  }

  async close(): Promise<void> {
    await Promise.all([this.substitute.close(), this.successor?.close()]);
  }

  ping(): Promise<void> {
    return this.target.ping();
  }

  async indexReads(): Promise<IndexReads | undefined> {
    return this.target.indexReads?.();
  }

  largestStore(): Promise<number | undefined> {
    return this.target.largestStore();
  }

  store(userId: number, memories: readonly EmbeddedMemory[]): Promise<Memory[]> {
    return this.target.store(userId, memories);
  }

  find(userId: number, key: string): Promise<Memory | undefined> {
    return this.target.find(userId, key);
  }

  update(
    userId: number,
    key: string,
    revise: (current: Memory) => Memory,
    vectors?: Float32Array[],
  ): Promise<Memory | undefined> {
    return this.target.update(userId, key, revise, vectors);
  }

  delete(userId: number, key: string): Promise<boolean> {
    return this.target.delete(userId, key);
  }

  deleteMatching(
    userId: number,
    filter: MemoryFilter,
    options: { readonly dryRun: boolean; readonly expectedCount?: number },
  ): Promise<Deletion> {
    return this.target.deleteMatching(userId, filter, options);
  }

  list(userId: number, query: ListQuery): Promise<MemoryPage> {
    return this.target.list(userId, query);
  }

  search(userId: number, query: VectorQuery): Promise<SearchAnswer> {
    return this.target.search(userId, query);
  }

  findSpeakers(userId: number, firstWords: readonly string[]): Promise<string[]> {
    return this.target.findSpeakers(userId, firstWords);
  }

  findCandidates(userId: number, query: CandidateQuery): Promise<CandidatePool> {
    return this.target.findCandidates(userId, query);
  }

  findAll(userId: number, ids: readonly string[]): Promise<Memory[]> {
    return this.target.findAll(userId, ids);
  }

  count(userId: number): Promise<number> {
    return this.target.count(userId);
  }

  async countPending(userId: number): Promise<number> {
    return (await this.target.countPending?.(userId)) ?? 0;
  }

  statistics(userId: number): Promise<Statistics> {
    return this.target.statistics(userId);
  }

  listProjects(userId: number): Promise<ProjectSummary[]> {
    return this.target.listProjects(userId);
  }

  findProject(
    userId: number,
    by: { readonly name: string } | { readonly id: number },
  ): Promise<Project | undefined> {
    return this.target.findProject(userId, by);
  }

  ensureProject(userId: number, name: string): Promise<Project> {
    return this.target.ensureProject(userId, name);
  }

  private get target(): MemoryBackend {
    return this.pinned.getStore() ?? this.successor ?? this.substitute;
  }
}
