import { FieldProblem, InvalidInputError } from '../../common/domain.error';
import { JsonObject, Memory, Project } from '../memory';
import { MemoryPatchInput } from '../memory-input';
import { fieldProblems, labelInMetadata, namesProject, ProjectReference, RuleContext } from './memory-rules';
import { mergePatch } from './merge-patch';
import { metadataSizeProblem } from './metadata-rules';
import { readSpeaker } from '../speaker';
import { metadataWithFields, withoutFields } from '../stored-memory';

/** A change that obeys the rules as far as they can be told without the memory. */
export interface AcceptedPatch {
  /** Undefined: stays; null: in none; else still to be looked up. */
  readonly project: ProjectReference | null | undefined;
  /** Where there are any, the rest is not to be used. */
  readonly problems: readonly FieldProblem[];
  /**
   * The pure function for `MemoryBackend.update`. It throws `InvalidInputError` where the merged metadata is too large.
   *
   * @param project what became of `project`: undefined stays, null is none.
   */
  revision(project: Project | null | undefined): (current: Memory) => Memory;
}

/** Holds what a caller asks to change against the rules. `session_type` and `project` may be named by metadata. */
export function acceptPatch(patch: MemoryPatchInput, context: RuleContext): AcceptedPatch {
  return {
    project: referenceOf(patch),
    problems: [...fieldProblems(patch, context), ...contradiction(patch)],
    revision: (project) => (current) => revised(current, patch, project, context),
  };
}

function referenceOf(patch: MemoryPatchInput): ProjectReference | null | undefined {
  if (!namesProject(patch)) {
    const project = labelInMetadata(patch.metadata, 'project');
    return typeof project === 'string' ? { project } : project;
  }
  const { project, projectId } = patch;
  return project === null || projectId === null ? null : { project, projectId };
}

function contradiction({ project, projectId }: MemoryPatchInput): FieldProblem[] {
  const both = project !== undefined && projectId !== undefined;
  return both && (project === null) !== (projectId === null)
    ? [{ field: 'project_id', reason: 'must not be null, or set, where project is not' }]
    : [];
}

function revised(
  current: Memory,
  patch: MemoryPatchInput,
  project: Project | null | undefined,
  { limits }: RuleContext,
): Memory {
  const fields = {
    contentType: patch.contentType ?? current.contentType,
    sessionId: given(patch.sessionId, current.sessionId),
    sessionType: given(
      given(patch.sessionType, labelInMetadata(patch.metadata, 'session_type')),
      current.sessionType,
    ),
    project: project === undefined ? current.project : (project?.name ?? null),
  };
  const metadata = ownMetadata(current, patch);
  const problem = patch.metadata && metadataSizeProblem(metadata, limits, 'metadata');
  if (problem) throw new InvalidInputError([problem]);
  return {
    ...current,
    ...fields,
    projectId: project === undefined ? current.projectId : (project?.id ?? null),
    agentId: given(patch.agentId, current.agentId),
    speaker: given(patch.speaker, speakerOf(current, patch, limits.labelBytes)),
    content: patch.content ?? current.content,
    contentIsPreview: current.contentIsPreview && patch.content === undefined,
    metadata: metadataWithFields(metadata, fields),
    occurredAt: patch.occurredAt ?? current.occurredAt,
    expiresAt: given(patch.expiresAt, current.expiresAt),
  };
}

/** The caller's own metadata after the change: no key that mirrors a field, none whose field was cleared. */
function ownMetadata(current: Memory, patch: MemoryPatchInput): JsonObject {
  const own = withoutFields(current.metadata, current);
  const merged = patch.metadata ? mergePatch(own, patch.metadata) : own;
  const cleared = [
    ...(patch.sessionId === null ? ['session_id'] : []),
    ...(patch.sessionType === null ? ['session_type'] : []),
    ...(patch.project === null || patch.projectId === null ? ['project'] : []),
  ];
  return Object.fromEntries(Object.entries(merged).filter(([key]) => !cleared.includes(key)));
}

/** A speaker that was read from the old text is read from the new one; one that was given stays. */
function speakerOf(current: Memory, { content }: MemoryPatchInput, labelBytes: number): string | null {
  const fromText = current.speaker === readSpeaker(current.content, labelBytes);
  return content !== undefined && fromText ? readSpeaker(content, labelBytes) : current.speaker;
}

function given<T>(value: T | undefined, otherwise: T): T {
  return value === undefined ? otherwise : value;
}
