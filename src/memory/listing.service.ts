import { Inject, Injectable } from '@nestjs/common';
import { InvalidInputError } from '../common/domain.error';
import { CursorScope, decodeCursor, encodeCursor } from './cursor';
import { FilterResolver } from './filter/filter-resolver.service';
import { Deletion, Memory, MemoryFilter, ProjectSummary, Statistics } from './memory';
import { CALLERS_BACKEND, type MemoryBackend } from './memory-backend';
import { FilterInput, ListInput, ListOutcome, PageInput, SessionOutcome } from './memory-input';
import { CountMismatchError } from './memory.errors';
import { projectContext } from './project-context';
import { isEmptyFilter } from './rules/search-rules';

/** What tells the reflections of a session that its answer names apart from its other reflections. */
const PEDAGOGICAL = {
  kind: 'compare',
  path: ['reflection_type'],
  comparison: { operator: 'eq', value: 'pedagogical' },
} as const;

/** Lists, counts and deletes memories by what they are like, inside one user's memories. */
@Injectable()
export class ListingService {
  constructor(
    @Inject(CALLERS_BACKEND) private readonly backend: MemoryBackend,
    private readonly filters: FilterResolver,
  ) {}

  /** @throws InvalidInputError for a filter against the rules, or the cursor of another list. */
  async list(userId: number, input: ListInput): Promise<ListOutcome> {
    const { filter: filterInput = {}, cursor, ...query } = input;
    const filter = await this.filters.resolve(userId, filterInput);
    if (!filter) return { items: [], nextCursor: null, ...(input.withTotal ? { total: 0 } : {}) };
    const scope: CursorScope = { userId, filter, order: input.order };
    const after = cursor === undefined ? undefined : decodeCursor(scope, cursor);
    const { next, ...page } = await this.backend.list(userId, { ...query, filter, after });
    return { ...page, nextCursor: next && encodeCursor(scope, next) };
  }

  /** A session in the order it was said. One that does not exist is empty. */
  async session(userId: number, sessionId: number, page: PageInput): Promise<SessionOutcome> {
    const reflections: MemoryFilter = { sessionId, contentTypes: ['reflection'] };
    const [listed, conversation, reflection, pedagogicalReflection] = await Promise.all([
      this.list(userId, { ...page, filter: { sessionId }, order: 'ascending' }),
      this.newest(userId, { sessionId, contentTypes: ['conversation'] }),
      this.newest(userId, reflections),
      this.newest(userId, { ...reflections, metadata: PEDAGOGICAL }),
    ]);
    return { ...listed, newest: { conversation, reflection, pedagogicalReflection } };
  }

  /** A project's memories, newest first. One that does not exist is empty. */
  project(userId: number, project: string, page: PageInput): Promise<ListOutcome> {
    return this.list(userId, { ...page, filter: { project }, order: 'descending' });
  }

  /** What was said last in a project, ready for a prompt; empty where there is nothing. */
  async projectContext(userId: number, project: string, recent: number): Promise<string> {
    const { items } = await this.project(userId, project, { limit: recent });
    return projectContext(project, [...items].reverse());
  }

  projects(userId: number): Promise<ProjectSummary[]> {
    return this.backend.listProjects(userId);
  }

  statistics(userId: number): Promise<Statistics> {
    return this.backend.statistics(userId);
  }

  /**
   * Deletes what the filter matches, or with `dryRun` only counts it. An empty filter is refused: it would be
   * everything.
   *
   * @throws CountMismatchError when `expectedCount` is given and not what matches; nothing is deleted then.
   */
  async deleteMatching(
    userId: number,
    input: FilterInput,
    options: { readonly dryRun: boolean; readonly expectedCount?: number },
  ): Promise<Deletion> {
    if (isEmptyFilter(input))
      throw new InvalidInputError([{ field: 'filter', reason: 'must have at least one condition' }]);
    const filter = await this.filters.resolve(userId, input, 'filter.');
    if (filter) return this.backend.deleteMatching(userId, filter, options);
    const { expectedCount = 0 } = options;
    if (expectedCount !== 0) throw new CountMismatchError(0, expectedCount);
    return { matched: 0, deleted: 0 };
  }

  private async newest(userId: number, filter: MemoryFilter): Promise<Memory | undefined> {
    const { items } = await this.backend.list(userId, { filter, order: 'descending', limit: 1 });
    return items[0];
  }
}
