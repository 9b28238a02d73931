import { FieldProblem } from '../../common/domain.error';
import { Limits } from '../../config/app-config';
import { JsonObject } from '../memory';
import { MemoryPatchInput } from '../memory-input';
import { metadataProblem } from './metadata-rules';
import { contentProblem, labelProblem, projectNameProblem } from './text-rules';
import { expiryProblem, timeProblem } from './time-rules';

/** What the rules depend on. */
export interface RuleContext {
  readonly limits: Limits;
  readonly now: Date;
  /** Where the memory stands in the request: empty, or `memories[3].`. */
  readonly path?: string;
}

/** A project as callers name it, by name, by id or both; still to be looked up. */
export interface ProjectReference {
  readonly project?: string;
  readonly projectId?: number;
}

/** What is wrong with the fields that are given, each on its own. */
export function fieldProblems(
  input: MemoryPatchInput,
  { limits, now, path = '' }: RuleContext,
): FieldProblem[] {
  const label = (text: string) => labelProblem(text, limits.labelBytes);
  const projectName = (name: string) => projectNameProblem(name, limits.projectNameCharacters);
  const metadata = input.metadata && metadataProblem(input.metadata, limits, `${path}metadata`);
  const sessionType = labelInMetadata(input.metadata, 'session_type');
  const project = labelInMetadata(input.metadata, 'project');
  const reasons: [field: string, reason: string | undefined][] = [
    ['content', ifGiven(input.content, (text) => contentProblem(text, limits.contentCharacters))],
    ['content_type', ifGiven(input.contentType, label)],
    ['session_id', ifGiven(input.sessionId, sessionProblem)],
    ['session_type', ifGiven(input.sessionType, label)],
    ['project', ifGiven(input.project, projectName)],
    ['agent_id', ifGiven(input.agentId, label)],
    ['speaker', ifGiven(input.speaker, label)],
    ['occurred_at', ifGiven(input.occurredAt, timeProblem)],
    ['expires_at', ifGiven(input.expiresAt, (time) => expiryProblem(time, now))],
    ['metadata.session_type', input.sessionType === undefined ? ifGiven(sessionType, label) : undefined],
    ['metadata.project', namesProject(input) ? undefined : ifGiven(project, projectName)],
  ];
  const problems = reasons.flatMap(([field, reason]) =>
    reason === undefined ? [] : [{ field: path + field, reason }],
  );
  return metadata ? [...problems, metadata] : problems;
}

/** Whether the caller says which project, be it none. */
export function namesProject({
  project,
  projectId,
}: Pick<MemoryPatchInput, 'project' | 'projectId'>): boolean {
  return project !== undefined || projectId !== undefined;
}

/**
 * A field that metadata may name where the caller does not: its text, null where metadata has something under that
 * key that is no text (in a patch: takes it away), undefined where it has nothing.
 */
export function labelInMetadata(
  metadata: JsonObject | undefined,
  key: 'session_type' | 'project',
): string | null | undefined {
  if (!metadata || !Object.hasOwn(metadata, key)) return undefined;
  const value = metadata[key];
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** Beyond it, JSON readers disagree about which number it is. */
function sessionProblem(sessionId: number): string | undefined {
  return Number.isSafeInteger(sessionId) ? undefined : 'must be whole and within ±(2^53 - 1)';
}

function ifGiven<T>(
  value: T | null | undefined,
  problem: (value: T) => string | undefined,
): string | undefined {
  return value === null || value === undefined ? undefined : problem(value);
}
