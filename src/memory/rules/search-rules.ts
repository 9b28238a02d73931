import { FieldProblem } from '../../common/domain.error';
import { Limits } from '../../config/app-config';
import { MemoryFilter } from '../memory';
import { FilterInput } from '../memory-input';
import { parseMetadataFilter } from '../filter/metadata-filter-parser';
import { contentProblem, labelProblem, projectNameProblem } from './text-rules';
import { timeProblem } from './time-rules';

/** A filter that obeys the rules; which project is meant is still to be looked up. */
export interface AcceptedFilter {
  readonly filter: MemoryFilter;
  readonly problems: readonly FieldProblem[];
}

/**
 * Holds a filter against the rules that stored memories obey, so that every backend can take it.
 *
 * @param path where the filter stands in the request: empty, or `filter.`.
 */
export function acceptFilter(input: FilterInput, limits: Limits, path = ''): AcceptedFilter {
  const { metadataFilter, contentTypes, project, projectId: _resolvedLater, ...rest } = input;
  const metadata = metadataFilter && parseMetadataFilter(metadataFilter, `${path}metadata_filter`, limits);
  const labels: [field: string, value: string | undefined][] = [
    ['session_type', input.sessionType],
    ['agent_id', input.agentId],
    ['speaker', input.speaker],
    ...(contentTypes ?? []).map((type, i): [string, string] => [`content_types[${i}]`, type]),
  ];
  const problems = [
    ...labels.flatMap(([field, label]) =>
      problemsOf(path + field, label === undefined ? undefined : labelProblem(label, limits.labelBytes)),
    ),
    ...problemsOf(
      `${path}project`,
      project === undefined ? undefined : projectNameProblem(project, limits.projectNameCharacters),
    ),
    ...problemsOf(`${path}occurred_after`, input.occurredAfter && timeProblem(input.occurredAfter)),
    ...problemsOf(`${path}occurred_before`, input.occurredBefore && timeProblem(input.occurredBefore)),
    ...(metadata && 'problems' in metadata ? metadata.problems : []),
  ];
  const condition = metadata && 'condition' in metadata ? metadata.condition : undefined;
  return { filter: { ...rest, contentTypes, metadata: condition }, problems };
}

/** What is wrong with a question. */
export function queryProblems(query: string, { queryCharacters }: Limits): FieldProblem[] {
  return problemsOf('query', contentProblem(query, queryCharacters));
}

/** Whether a filter leaves every memory: it has no condition at all. */
export function isEmptyFilter({ metadataFilter = {}, ...conditions }: FilterInput): boolean {
  const given = Object.values<unknown>(conditions).filter((value) => value !== undefined);
  return given.length === 0 && Object.keys(metadataFilter).length === 0;
}

function problemsOf(field: string, reason: string | undefined): FieldProblem[] {
  return reason === undefined ? [] : [{ field, reason }];
}
