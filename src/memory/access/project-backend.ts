import { OtherProjectError } from '../../auth/auth.errors';
import type { CandidatePool, CandidateQuestion } from '../candidates';
import { ForwardingBackend } from '../forwarding-backend';
import type {
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
import type { MemoryBackend } from '../memory-backend';

/** Of no project: ids are positive. */
const NO_PROJECT = 0;

/** Each is one look-up; so many are under way at once. */
const LOOKED_UP_AT_ONCE = 8;

/**
 * One project of a backend, as if the user had no other: what is outside of it is not found, what is stored without a
 * project is stored in it, and what names another one, or would leave it, is refused by `OtherProjectError`.
 *
 * How much words weigh is counted over all memories of the user, as everywhere.
 */
export class ProjectBackend extends ForwardingBackend {
  constructor(
    protected override readonly target: MemoryBackend,
    private readonly project: string,
  ) {
    super();
  }

  /** An external id of a memory outside is refused: storing under it would take that memory away. */
  override async store(userId: number, memories: readonly EmbeddedMemory[]): Promise<Memory[]> {
    if (memories.some(({ memory }) => memory.project !== null && !this.isOurs(memory.project.name)))
      throw new OtherProjectError();
    await this.refuseOthersIds(
      userId,
      memories.flatMap(({ memory }) => memory.externalId ?? []),
    );
    const project = await this.target.ensureProject(userId, this.project);
    return this.target.store(
      userId,
      memories.map(({ memory, vectors }) => ({ memory: { ...memory, project }, vectors })),
    );
  }

  override async find(userId: number, key: string): Promise<Memory | undefined> {
    const memory = await this.target.find(userId, key);
    return this.has(memory) ? memory : undefined;
  }

  override async findAll(userId: number, ids: readonly string[]): Promise<Memory[]> {
    return (await this.target.findAll(userId, ids)).filter((memory) => this.has(memory));
  }

  override async update(
    userId: number,
    key: string,
    revise: (current: Memory) => Memory,
    vectors?: Float32Array[],
  ): Promise<Memory | undefined> {
    const outside = new OtherProjectError();
    const reviseOurs = (current: Memory): Memory => {
      if (!this.has(current)) throw outside;
      const revised = revise(current);
      if (!this.has(revised)) throw new OtherProjectError();
      return revised;
    };
    try {
      return await this.target.update(userId, key, reviseOurs, vectors);
    } catch (error) {
      if (error === outside) return undefined;
      throw error;
    }
  }

  override async delete(userId: number, key: string): Promise<boolean> {
    const memory = await this.find(userId, key);
    return memory !== undefined && this.target.delete(userId, memory.id);
  }

  override async deleteMatching(
    userId: number,
    filter: MemoryFilter,
    options: { readonly dryRun: boolean; readonly expectedCount?: number },
  ): Promise<Deletion> {
    return this.target.deleteMatching(userId, await this.within(userId, filter), options);
  }

  override async list(userId: number, query: ListQuery): Promise<MemoryPage> {
    return this.target.list(userId, { ...query, filter: await this.within(userId, query.filter) });
  }

  override async search(userId: number, query: VectorQuery): Promise<SearchAnswer> {
    return this.target.search(userId, { ...query, filter: await this.within(userId, query.filter) });
  }

  override async findCandidates(userId: number, question: CandidateQuestion): Promise<CandidatePool> {
    const filter = await this.within(userId, question.filter);
    return this.target.findCandidates(userId, { ...question, filter });
  }

  override async count(userId: number): Promise<number> {
    const { total } = await this.list(userId, { filter: {}, order: 'ascending', limit: 1, withTotal: true });
    return total!;
  }

  override async statistics(userId: number): Promise<Statistics> {
    return this.target.statistics(userId, (await this.within(userId, {})).projectId);
  }

  override async listProjects(userId: number): Promise<ProjectSummary[]> {
    return (await this.target.listProjects(userId)).filter(({ name }) => this.isOurs(name));
  }

  /** Whether there is another one of that name or id is not told. */
  override async findProject(
    userId: number,
    by: { readonly name: string } | { readonly id: number },
  ): Promise<Project | undefined> {
    if ('name' in by && !this.isOurs(by.name)) throw new OtherProjectError();
    const project = await this.target.findProject(userId, by);
    if ('id' in by && !(project && this.isOurs(project.name))) throw new OtherProjectError();
    return project;
  }

  override async ensureProject(userId: number, name: string): Promise<Project> {
    if (!this.isOurs(name)) throw new OtherProjectError();
    return this.target.ensureProject(userId, name);
  }

  override deleteUser(): Promise<void> {
    return Promise.reject(new OtherProjectError());
  }

  private isOurs(name: string): boolean {
    return name === this.project;
  }

  private has(memory: Memory | undefined): memory is Memory {
    return memory !== undefined && memory.project !== null && this.isOurs(memory.project);
  }

  /** A filter that leaves of what it left what is in the project. */
  private async within(userId: number, filter: MemoryFilter): Promise<MemoryFilter> {
    const projectId = (await this.target.findProject(userId, { name: this.project }))?.id ?? NO_PROJECT;
    if (filter.projectId !== undefined && filter.projectId !== projectId) throw new OtherProjectError();
    return { ...filter, projectId };
  }

  private async refuseOthersIds(userId: number, externalIds: readonly string[]): Promise<void> {
    for (let i = 0; i < externalIds.length; i += LOOKED_UP_AT_ONCE) {
      const some = externalIds.slice(i, i + LOOKED_UP_AT_ONCE);
      const found = await Promise.all(some.map((externalId) => this.target.find(userId, externalId)));
      const others = found.findIndex((memory) => memory !== undefined && !this.has(memory));
      if (others >= 0) throw OtherProjectError.ofExternalId(some[others]!);
    }
  }
}
