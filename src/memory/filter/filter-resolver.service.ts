import { Inject, Injectable } from '@nestjs/common';
import { FieldProblem, InvalidInputError } from '../../common/domain.error';
import { APP_CONFIG, type AppConfig, type Limits } from '../../config/app-config';
import { MemoryFilter } from '../memory';
import { FilterInput, SearchInput } from '../memory-input';
import { ProjectResolver } from '../project-resolver.service';
import { acceptFilter, queryProblems } from '../rules/search-rules';

/** Makes the filters of callers into those of backends. */
@Injectable()
export class FilterResolver {
  private readonly limits: Limits;

  constructor(
    @Inject(APP_CONFIG) { limits }: AppConfig,
    private readonly projects: ProjectResolver,
  ) {
    this.limits = limits;
  }

  /**
   * The filter that is meant; undefined if it names a project that does not exist, so that nothing can match.
   *
   * @param path where the filter stands in the request: empty, or `filter.`.
   * @throws InvalidInputError
   */
  resolve(userId: number, input: FilterInput, path = ''): Promise<MemoryFilter | undefined> {
    return this.resolveIf([], userId, input, path);
  }

  /** The same for a search, whose question must obey the rules too. */
  resolveSearch(userId: number, { query, filter = {} }: SearchInput): Promise<MemoryFilter | undefined> {
    return this.resolveIf(queryProblems(query, this.limits), userId, filter, '');
  }

  private async resolveIf(
    earlier: readonly FieldProblem[],
    userId: number,
    input: FilterInput,
    path: string,
  ): Promise<MemoryFilter | undefined> {
    const { filter, problems } = acceptFilter(input, this.limits, path);
    if (earlier.length + problems.length > 0) throw new InvalidInputError([...earlier, ...problems]);
    const project = await this.projects.find(userId, input);
    return project === undefined ? undefined : { ...filter, projectId: project?.id };
  }
}
