import { FieldProblem } from '../../common/domain.error';
import { externalIdProblem } from './external-id';
import { NewMemory } from '../memory';
import { MemoryInput } from '../memory-input';
import { fieldProblems, labelInMetadata, namesProject, ProjectReference, RuleContext } from './memory-rules';
import { readSpeaker } from '../speaker';

/** What is to be stored, but for the project that is still to be looked up. */
export interface AcceptedMemory {
  readonly memory: Omit<NewMemory, 'project'>;
  /** Null: in none. */
  readonly project: ProjectReference | null;
  /** Where there are any, the rest is not to be used. */
  readonly problems: readonly FieldProblem[];
}

/** What the original stores where a client names no type. */
const DEFAULT_TYPE = 'conversation';

/**
 * Holds what a caller asks to store against the rules, and fills in what follows from it: the type, the speaker from
 * the text, `session_type` and `project` from metadata where they are not given themselves.
 */
export function acceptMemory(input: MemoryInput, context: RuleContext): AcceptedMemory {
  const { externalId, metadata = {} } = input;
  const memory = {
    externalId: externalId ?? null,
    sessionId: input.sessionId ?? null,
    sessionType: input.sessionType ?? labelInMetadata(metadata, 'session_type') ?? null,
    agentId: input.agentId ?? null,
    speaker: input.speaker ?? readSpeaker(input.content, context.limits.labelBytes),
    contentType: input.contentType ?? DEFAULT_TYPE,
    content: input.content,
    metadata,
    occurredAt: input.occurredAt,
    expiresAt: input.expiresAt ?? null,
  };
  return { memory, project: referenceOf(input), problems: newMemoryProblems(input, context) };
}

/** What is wrong with the fields of a new memory that are given, each on its own. */
export function newMemoryProblems(input: Partial<MemoryInput>, context: RuleContext): FieldProblem[] {
  const { externalId } = input;
  const problems = fieldProblems(input, context);
  const reason =
    externalId === undefined ? undefined : externalIdProblem(externalId, context.limits.externalIdBytes);
  return reason === undefined
    ? problems
    : [...problems, { field: `${context.path ?? ''}external_id`, reason }];
}

function referenceOf(input: MemoryInput): ProjectReference | null {
  if (namesProject(input)) return { project: input.project, projectId: input.projectId };
  const project = labelInMetadata(input.metadata, 'project');
  return typeof project === 'string' ? { project } : null;
}

/** Every external id that several memories of one call have: only one of them could be kept. */
export function repeatedExternalIds(inputs: readonly Pick<MemoryInput, 'externalId'>[]): FieldProblem[] {
  const first = new Map<string, number>();
  return inputs.flatMap(({ externalId }, i) => {
    if (externalId === undefined) return [];
    const earlier = first.get(externalId);
    if (earlier === undefined) first.set(externalId, i);
    return earlier === undefined
      ? []
      : [{ field: `memories[${i}].external_id`, reason: `must not be that of memories[${earlier}] too` }];
  });
}
