import type { CandidatePool, CandidateQuestion } from './candidates';
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
} from './memory';
import { IndexReads, MemoryBackend } from './memory-backend';

/** Hands every call on to another backend, which may be another one for each call. */
export abstract class ForwardingBackend implements MemoryBackend {
  protected abstract get target(): MemoryBackend;

  get name(): MemoryBackend['name'] {
    return this.target.name;
  }

  get remark(): string | undefined {
    return this.target.remark;
  }

  connect(): Promise<void> {
    return this.target.connect();
  }

  close(): Promise<void> {
    return this.target.close();
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

  findCandidates(userId: number, question: CandidateQuestion): Promise<CandidatePool> {
    return this.target.findCandidates(userId, question);
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

  statistics(userId: number, projectId?: number): Promise<Statistics> {
    return this.target.statistics(userId, projectId);
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

  deleteUser(userId: number): Promise<void> {
    return this.target.deleteUser(userId);
  }
}
