import { LRUCache } from 'lru-cache';
import { Project } from '../memory';
import { Clock } from '../memory-backend';
import { ChromaCollections } from './chroma-collections';
import { ReadRecord } from './chroma-record';
import { KeyedMutex } from './keyed-mutex';

export const REGISTRY_COLLECTION = 'wisdom_registry';

/** Names are looked up with every search in a project. */
const MOST_REMEMBERED_PROJECTS = 10_000;

/** Nothing is searched by vector here, but every record has one. */
const NO_VECTOR = Float32Array.of(1);

/** Users and their projects, as records of one collection. Projects are never renamed or removed. */
export class ChromaRegistry {
  private readonly mutex = new KeyedMutex<number>();
  /** Found once, a project stays: by record. */
  private readonly projects = new LRUCache<string, Project>({ max: MOST_REMEMBERED_PROJECTS });
  private collection?: string;

  constructor(
    private readonly collections: ChromaCollections,
    private readonly clock: Clock,
  ) {}

  async listProjects(userId: number): Promise<Project[]> {
    const collection = await this.existing();
    if (collection === undefined) return [];
    const records = await this.collections.where(collection, { project_of: userId });
    return records.map(projectOf);
  }

  async findProject(
    userId: number,
    by: { readonly name: string } | { readonly id: number },
  ): Promise<Project | undefined> {
    if (!('name' in by)) return (await this.listProjects(userId)).find(({ id }) => id === by.id);
    const recordId = projectRecordId(userId, by.name);
    const remembered = this.projects.get(recordId);
    if (remembered) return remembered;
    const collection = await this.existing();
    if (collection === undefined) return undefined;
    const [record] = await this.collections.get(collection, [recordId], { documents: true });
    if (!record) return undefined;
    const project = projectOf(record);
    this.projects.set(recordId, project);
    return project;
  }

  ensureProject(userId: number, name: string): Promise<Project> {
    return this.mutex.run(userId, async () => {
      const found = await this.findProject(userId, { name });
      if (found) return found;
      const ids = (await this.listProjects(userId)).map(({ id }) => id);
      const project: Project = { id: ids.reduce((a, b) => Math.max(a, b), 0) + 1, name };
      await this.write(projectRecordId(userId, name), name, { project_of: userId, project_id: project.id });
      return project;
    });
  }

  /** Notes that a user exists. */
  registerUser(userId: number): Promise<void> {
    return this.mutex.run(userId, () => this.write(`user:${userId}`, `user-${userId}`, { user_id: userId }));
  }

  /** Resolves when every write has ended. */
  idle(): Promise<void> {
    return this.mutex.idle();
  }

  private async write(id: string, document: string, metadata: Record<string, number>): Promise<void> {
    this.collection ??= await this.collections.ensureCollection(REGISTRY_COLLECTION);
    const record = {
      id,
      document,
      metadata: { ...metadata, created_at: this.clock.now().toISOString() },
      vector: NO_VECTOR,
    };
    await this.collections.upsert(this.collection, [record]);
  }

  private async existing(): Promise<string | undefined> {
    this.collection ??= await this.collections.findCollection(REGISTRY_COLLECTION);
    return this.collection;
  }
}

function projectRecordId(userId: number, name: string): string {
  return `project:${userId}:${name}`;
}

function projectOf({ document, metadata }: ReadRecord): Project {
  return { id: Number(metadata.project_id), name: document ?? '' };
}
