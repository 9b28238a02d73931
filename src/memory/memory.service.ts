import { Inject, Injectable } from '@nestjs/common';
import { FieldProblem, InvalidInputError } from '../common/domain.error';
import { visitInSlices } from '../common/time-slices';
import { APP_CONFIG, type AppConfig } from '../config/app-config';
import { EMBEDDER, type Embedder } from '../embedding/embedder';
import { Memory } from './memory';
import { CLOCK, type Clock, CALLERS_BACKEND, type MemoryBackend } from './memory-backend';
import { MemoryInput, MemoryPatchInput } from './memory-input';
import { acceptPatch } from './rules/memory-patch';
import { ProjectReference, RuleContext } from './rules/memory-rules';
import { BatchTooLargeError, MemoryNotFoundError } from './memory.errors';
import { AcceptedMemory, acceptMemory, repeatedExternalIds } from './rules/new-memory-rules';
import { ProjectResolver } from './project-resolver.service';

/**
 * Stores, reads, changes and deletes single memories. Every method works inside one user's memories and throws domain
 * errors: `InvalidInputError` naming the fields as the API does, `MemoryNotFoundError`, and what the ports promise.
 */
@Injectable()
export class MemoryService {
  constructor(
    @Inject(CALLERS_BACKEND) private readonly backend: MemoryBackend,
    @Inject(EMBEDDER) private readonly embedder: Embedder,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly projects: ProjectResolver,
  ) {}

  /** Stores one memory; one that has the same external id is replaced. */
  async store(userId: number, input: MemoryInput): Promise<Memory> {
    const [memory] = await this.storeInputs(userId, [input], () => '');
    return memory!;
  }

  /** Stores all of them or none, in the order given. They are embedded together, which is much faster. */
  async storeAll(userId: number, inputs: readonly MemoryInput[]): Promise<Memory[]> {
    const { batchMemories } = this.config.limits;
    if (inputs.length === 0 || inputs.length > batchMemories)
      refuse([{ field: 'memories', reason: `must be a list of 1 to ${batchMemories}` }]);
    return this.storeInputs(userId, inputs, (index) => `memories[${index}].`);
  }

  /** @throws MemoryNotFoundError */
  async get(userId: number, key: string): Promise<Memory> {
    const memory = await this.backend.find(userId, key);
    if (!memory) throw new MemoryNotFoundError(key);
    return memory;
  }

  /** Changes what the patch names and nothing else. @throws MemoryNotFoundError */
  async patch(userId: number, key: string, input: MemoryPatchInput): Promise<Memory> {
    const patch = acceptPatch(input, this.rules());
    refuse(patch.problems);
    await this.get(userId, key);
    const references = patch.project ? [patch.project] : [];
    refuse(await this.missingProjects(userId, references, () => ''));
    const [vectors] = input.content === undefined ? [] : await this.embed([input.content]);
    const [project = patch.project as null | undefined] = await this.projects.ensure(userId, references);
    const memory = await this.backend.update(userId, key, patch.revision(project), vectors);
    if (!memory) throw new MemoryNotFoundError(key);
    return memory;
  }

  /** @throws MemoryNotFoundError */
  async delete(userId: number, key: string): Promise<void> {
    if (!(await this.backend.delete(userId, key))) throw new MemoryNotFoundError(key);
  }

  private async storeInputs(
    userId: number,
    inputs: readonly MemoryInput[],
    pathOf: (index: number) => string,
  ): Promise<Memory[]> {
    const accepted: AcceptedMemory[] = [];
    const accept = (input: MemoryInput, i: number) =>
      void accepted.push(acceptMemory(input, this.rules(pathOf(i))));
    await visitInSlices(inputs, accept, 1);
    const references = accepted.map(({ project }) => project ?? {});
    refuse([
      ...accepted.flatMap(({ problems }) => problems),
      ...repeatedExternalIds(inputs),
      ...(await this.missingProjects(userId, references, pathOf)),
    ]);
    const vectors = await this.embed(inputs.map(({ content }) => content));
    const projects = await this.projects.ensure(userId, references);
    return this.backend.store(
      userId,
      accepted.map(({ memory }, i) => ({
        memory: { ...memory, project: projects[i]! },
        vectors: vectors[i]!,
      })),
    );
  }

  /**
   * The vectors of texts that are to be stored.
   *
   * @throws BatchTooLargeError here, before anything is stored: a project of theirs would stay behind.
   */
  private async embed(texts: readonly string[]): Promise<Float32Array[][]> {
    const vectors = await this.embedder.embedTexts(texts);
    const chunks = vectors.reduce((sum, { length }) => sum + length, 0);
    const largest = await this.backend.largestStore();
    if (largest !== undefined && chunks > largest) throw new BatchTooLargeError(chunks, largest);
    return vectors;
  }

  private async missingProjects(
    userId: number,
    references: readonly ProjectReference[],
    pathOf: (index: number) => string,
  ): Promise<FieldProblem[]> {
    const missing = await this.projects.missing(userId, references);
    return missing.map((reference) => ({
      field: `${pathOf(references.indexOf(reference))}project_id`,
      reason: 'must be the id of a project, of the one named by `project` if that is given too',
    }));
  }

  private rules(path?: string): RuleContext {
    return { limits: this.config.limits, now: this.clock.now(), path };
  }
}

function refuse(problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw new InvalidInputError(problems);
}
