import { Inject, Injectable } from '@nestjs/common';
import { Project } from './memory';
import { ProjectReference } from './rules/memory-rules';
import { CALLERS_BACKEND, type MemoryBackend } from './memory-backend';

/** Finds the projects that callers mean. */
@Injectable()
export class ProjectResolver {
  constructor(@Inject(CALLERS_BACKEND) private readonly backend: MemoryBackend) {}

  /** The project that a filter means: null if it names none, undefined if there is no such project. */
  async find(userId: number, { project, projectId }: ProjectReference): Promise<Project | null | undefined> {
    if (projectId === undefined)
      return project === undefined ? null : this.backend.findProject(userId, { name: project });
    const found = await this.backend.findProject(userId, { id: projectId });
    return project === undefined || found?.name === project ? found : undefined;
  }

  /** Of projects to store in, those that cannot be: an id must be there already, and a name beside it be its own. */
  async missing(userId: number, references: readonly ProjectReference[]): Promise<ProjectReference[]> {
    const byId = references.filter(({ projectId }) => projectId !== undefined);
    const found = await this.each(byId, (reference) => this.find(userId, reference));
    return byId.filter((_reference, i) => !found[i]);
  }

  /** The projects to store in, those created that are only named and new. */
  ensure(userId: number, references: readonly ProjectReference[]): Promise<(Project | null)[]> {
    return this.each(references, async ({ project, projectId }) => {
      if (projectId !== undefined) return (await this.backend.findProject(userId, { id: projectId })) ?? null;
      return project === undefined ? null : this.backend.ensureProject(userId, project);
    });
  }

  /** Looks each different reference up once: the memories of a batch are mostly of one project. */
  private async each<T>(
    references: readonly ProjectReference[],
    lookUp: (reference: ProjectReference) => Promise<T>,
  ): Promise<T[]> {
    const found = new Map<string, T>();
    const keys = references.map(({ project, projectId }) => JSON.stringify([project, projectId]));
    for (const [i, reference] of references.entries())
      if (!found.has(keys[i]!)) found.set(keys[i]!, await lookUp(reference));
    return keys.map((key) => found.get(key)!);
  }
}
