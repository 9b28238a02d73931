import { ApiProperty } from '@nestjs/swagger';
import type { ProjectSummary } from '../memory';
import type { ListOutcome } from '../memory-input';
import { MemoryDto, memoryDto } from './memory.dto';

export class ProjectMemoriesDto {
  /**
   * The project that was asked for.
   * @example "Kitchen garden"
   */
  readonly project!: string;

  /** The project's memories, newest first. */
  readonly sessions!: MemoryDto[];

  /** How many are on this page. */
  @ApiProperty({ type: 'integer' })
  readonly count!: number;

  /** For the next page; null on the last one. */
  readonly next_cursor!: string | null;
}

export class ProjectContextAnswerDto {
  /**
   * The project that was asked for.
   * @example "Kitchen garden"
   */
  readonly project!: string;

  /**
   * Ready for a prompt; empty where the project has no memories.
   * @example "\n\nRECENT SESSIONS IN PROJECT 'Kitchen garden':\n\nSession 004 [unknown]:\n  Today patience was easier..."
   */
  readonly context!: string;

  /** As it was asked for. */
  @ApiProperty({ type: 'integer' })
  readonly n_recent!: number;
}

export class ProjectItemDto {
  /**
   * Takes the place of the name wherever `project_id` is taken.
   * @example 1
   */
  @ApiProperty({ type: 'integer' })
  readonly id!: number;

  /**
   * Its name, unique per user.
   * @example "Kitchen garden"
   */
  readonly name!: string;

  /** How many memories it has. */
  @ApiProperty({ type: 'integer' })
  readonly memories!: number;
}

export class ProjectListDto {
  /**
   * Names, in code point order.
   * @example ["Kitchen garden", "Spanish learning"]
   */
  readonly projects!: string[];

  /** How many projects. */
  @ApiProperty({ type: 'integer' })
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
