import { byCodePoint } from '../code-point-order';
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
  SearchHit,
  Statistics,
  VectorQuery,
} from '../memory';
import { CandidatePool, CandidateQuestion, whenEmbedded } from '../candidates';
import { Clock, MemoryBackend, MOST_SPEAKERS } from '../memory-backend';
import { matchesFilter } from '../filter/memory-filter';
import { isMemoryId, newMemoryId } from '../memory-id';
import { CountMismatchError } from '../memory.errors';
import { byOccurrence, isLive, storedMemory } from '../stored-memory';
import { bestSimilarity } from '../similarity';
import { StatisticsTally } from '../statistics';
import { firstWordOf } from '../../words/question-names';
import { WordAnalysis } from '../../words/word-analysis';
import { candidatesAmong } from './in-memory-candidates';

interface Entry {
  readonly memory: Memory;
  readonly vectors: readonly Float32Array[];
}

interface Tenant {
  /** By id. */
  readonly entries: Map<string, Entry>;
  /** By name. */
  readonly projects: Map<string, Project>;
}

/**
 * The port's promises in their plainest form, and what the other backends are compared with in tests. Nothing
 * survives the process. Each call does its work without waiting in between, so no two calls interleave.
 */
export class InMemoryRepository implements MemoryBackend {
  readonly name = 'in-memory';
  private readonly tenants = new Map<number, Tenant>();

  constructor(
    private readonly clock: Clock,
    private readonly analysis = new WordAnalysis('english'),
  ) {}

  async connect(): Promise<void> {}

  async close(): Promise<void> {}

  async ping(): Promise<void> {}

  async largestStore(): Promise<number | undefined> {
    return undefined;
  }

  async store(userId: number, memories: readonly EmbeddedMemory[]): Promise<Memory[]> {
    const now = this.clock.now();
    const { entries } = this.tenant(userId);
    return memories.map(({ memory: input, vectors }) => {
      const replaced = input.externalId === null ? undefined : this.entry(userId, input.externalId)?.memory;
      const memory = detached(storedMemory(input, { id: newMemoryId(), userId, now }, replaced));
      entries.set(memory.id, { memory, vectors: vectors.map((vector) => vector.slice()) });
      return detached(memory);
    });
  }

  async find(userId: number, key: string): Promise<Memory | undefined> {
    const entry = this.entry(userId, key);
    return entry && detached(entry.memory);
  }

  async update(
    userId: number,
    key: string,
    revise: (current: Memory) => Memory,
    vectors?: Float32Array[],
  ): Promise<Memory | undefined> {
    const entry = this.entry(userId, key);
    if (!entry) return undefined;
    const memory = detached({ ...revise(detached(entry.memory)), updatedAt: this.clock.now() });
    this.tenant(userId).entries.set(memory.id, {
      memory,
      vectors: vectors?.map((vector) => vector.slice()) ?? entry.vectors,
    });
    return detached(memory);
  }

  async delete(userId: number, key: string): Promise<boolean> {
    const entry = this.entry(userId, key);
    return entry !== undefined && this.tenant(userId).entries.delete(entry.memory.id);
  }

  async deleteMatching(
    userId: number,
    filter: MemoryFilter,
    { dryRun, expectedCount }: { readonly dryRun: boolean; readonly expectedCount?: number },
  ): Promise<Deletion> {
    const matching = this.matching(userId, filter);
    const matched = matching.length;
    if (expectedCount !== undefined && expectedCount !== matched) {
      throw new CountMismatchError(matched, expectedCount);
    }
    if (dryRun) return { matched, deleted: 0 };
    for (const { memory } of matching) this.tenant(userId).entries.delete(memory.id);
    return { matched, deleted: matched };
  }

  async list(userId: number, { filter, order, limit, after, withTotal }: ListQuery): Promise<MemoryPage> {
    const direction = order === 'ascending' ? 1 : -1;
    const all = this.matching(userId, filter)
      .map(({ memory }) => memory)
      .sort((a, b) => direction * byOccurrence(a, b));
    const rest = after ? all.filter((memory) => direction * byOccurrence(memory, after) > 0) : all;
    const items = rest.slice(0, limit).map(detached);
    const last = rest.length > limit ? items.at(-1) : undefined;
    return {
      items,
      next: last ? { occurredAt: last.occurredAt, id: last.id } : null,
      ...(withTotal ? { total: all.length } : {}),
    };
  }

  async search(
    userId: number,
    { vector, filter, limit, minSimilarity = -1 }: VectorQuery,
  ): Promise<SearchAnswer> {
    const hits = this.matching(userId, filter)
      .flatMap(({ memory, vectors }): SearchHit[] => {
        const similarity = bestSimilarity(vector, vectors);
        return similarity === undefined || similarity < minSimilarity ? [] : [{ memory, similarity }];
      })
      .sort((a, b) => b.similarity - a.similarity || (a.memory.id < b.memory.id ? -1 : 1))
      .slice(0, limit)
      .map(({ memory, similarity }) => ({ memory: detached(memory), similarity }));
    return { hits, strategy: 'exact', exhaustive: true };
  }

  async findSpeakers(userId: number, firstWords: readonly string[]): Promise<string[]> {
    const speakers = new Set(this.live(userId).flatMap(({ memory }) => memory.speaker ?? []));
    return [...speakers]
      .filter((speaker) => firstWords.includes(firstWordOf(speaker)))
      .sort(byCodePoint)
      .slice(0, MOST_SPEAKERS);
  }

  async findCandidates(userId: number, question: CandidateQuestion): Promise<CandidatePool> {
    const query = await whenEmbedded(question);
    return candidatesAmong(this.live(userId), query, this.analysis);
  }

  async findAll(userId: number, ids: readonly string[]): Promise<Memory[]> {
    return ids.flatMap((id) => {
      const entry = this.entry(userId, id);
      return entry ? [detached(entry.memory)] : [];
    });
  }

  async count(userId: number): Promise<number> {
    return this.live(userId).length;
  }

  async statistics(userId: number, projectId?: number): Promise<Statistics> {
    const tally = new StatisticsTally();
    for (const { memory, vectors } of this.matching(userId, { projectId }))
      tally.add(memory, { chunks: vectors.length, characters: memory.content.length });
    return tally.result();
  }

  async listProjects(userId: number): Promise<ProjectSummary[]> {
    const live = this.live(userId);
    return [...(this.tenants.get(userId)?.projects.values() ?? [])]
      .sort((a, b) => byCodePoint(a.name, b.name))
      .map((project) => ({
        ...project,
        memories: live.filter(({ memory }) => memory.projectId === project.id).length,
      }));
  }

  async findProject(
    userId: number,
    by: { readonly name: string } | { readonly id: number },
  ): Promise<Project | undefined> {
    const projects = this.tenants.get(userId)?.projects;
    if ('name' in by) return projects?.get(by.name);
    return [...(projects?.values() ?? [])].find(({ id }) => id === by.id);
  }

  async ensureProject(userId: number, name: string): Promise<Project> {
    const { projects } = this.tenant(userId);
    const project = projects.get(name) ?? { id: projects.size + 1, name };
    projects.set(name, project);
    return project;
  }

  async deleteUser(userId: number): Promise<void> {
    this.tenants.delete(userId);
  }

  private tenant(userId: number): Tenant {
    const tenant = this.tenants.get(userId) ?? { entries: new Map(), projects: new Map() };
    this.tenants.set(userId, tenant);
    return tenant;
  }

  private live(userId: number): Entry[] {
    const now = this.clock.now();
    return [...(this.tenants.get(userId)?.entries.values() ?? [])].filter(({ memory }) =>
      isLive(memory, now),
    );
  }

  private matching(userId: number, filter: MemoryFilter): Entry[] {
    return this.live(userId).filter(({ memory }) => matchesFilter(memory, filter));
  }

  private entry(userId: number, key: string): Entry | undefined {
    const id = isMemoryId(key) ? key.toLowerCase() : undefined;
    return this.live(userId).find(({ memory }) =>
      id === undefined ? memory.externalId === key : memory.id === id,
    );
  }
}

/** A copy that shares nothing a caller could change with what is kept. */
function detached(memory: Memory): Memory {
  return { ...memory, metadata: structuredClone(memory.metadata) };
}
