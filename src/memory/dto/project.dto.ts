import type { ProjectSummary } from '../memory';
import type { ListOutcome } from '../memory-input';
import { MemoryDto, memoryDto } from './memory.dto';

export class ProjectMemoriesDto {
  /** @example "Kitchen garden" */
  readonly project!: string;

  /** The project's memories, newest first. */
  readonly sessions!: MemoryDto[];

  /** How many are on this page. */
  readonly count!: number;

  /** For the next page; null on the last one. */
  readonly next_cursor!: string | null;
}

export class ProjectContextAnswerDto {
  /** @example "Kitchen garden" */
  readonly project!: string;

  /**
   * Ready for a prompt; empty where the project has no memories.
   * @example "\n\nRECENT SESSIONS IN PROJECT 'Kitchen garden':\n\nSession 004 [unknown]:\n  Today patience was easier..."
   */
  readonly context!: string;

  /** As it was asked for. */
  readonly n_recent!: number;
}

export class ProjectItemDto {
  /** @example 1 */
  readonly id!: number;

  /** @example "Kitchen garden" */
  readonly name!: string;

  /** How many memories it has. */
  readonly memories!: number;
}

export class ProjectListDto {
  /**
   * Names, in code point order.
   * @example ["Kitchen garden", "Spanish learning"]
   */
  readonly projects!: string[];

  readonly count!: number;

  /** The same projects with their ids. */
  readonly items!: ProjectItemDto[];
}

export function projectMemoriesDto(project: string, { items, nextCursor }: ListOutcome): ProjectMemoriesDto {
  return { project, sessions: items.map(memoryDto), count: items.length, next_cursor: nextCursor };
}

export function projectListDto(projects: readonly ProjectSummary[]): ProjectListDto {
  return {
    projects: projects.map(({ name }) => name),
    count: projects.length,
    items: projects.map(({ id, name, memories }) => ({ id, name, memories })),
  };
}
