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

/** Users and their projects, as records of one collection. Projects are never renamed, and go with their user alone. */
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
    const records = await this.existing((collection) =>
      this.collections.where(collection, { project_of: userId }),
    );
    return records?.map(projectOf) ?? [];
  }

  async findProject(
    userId: number,
    by: { readonly name: string } | { readonly id: number },
  ): Promise<Project | undefined> {
    if (!('name' in by)) return (await this.listProjects(userId)).find(({ id }) => id === by.id);
    const recordId = projectRecordId(userId, by.name);
    const remembered = this.projects.get(recordId);
    if (remembered) return remembered;
    const [record] =
      (await this.existing((collection) =>
        this.collections.get(collection, [recordId], { documents: true }),
      )) ?? [];
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

  /** Ids of the users who were noted. */
  async listUsers(): Promise<number[]> {
    const records = await this.existing((collection) =>
      this.collections.where(collection, { user_id: { $gte: 0 } }),
    );
    return records?.map(({ metadata }) => Number(metadata.user_id)) ?? [];
  }

  /** Notes that a user exists. */
  registerUser(userId: number): Promise<void> {
    return this.mutex.run(userId, () => this.write(`user:${userId}`, `user-${userId}`, { user_id: userId }));
  }

  /** Removes a user's projects, then the user. */
  removeUser(userId: number): Promise<void> {
    return this.mutex.run(userId, async () => {
      const projects = (await this.listProjects(userId)).map(({ name }) => projectRecordId(userId, name));
      for (const record of projects) this.projects.delete(record);
      await this.existing((collection) =>
        this.collections.delete(collection, [...projects, `user:${userId}`]),
      );
    });
  }

  /** Lets what is under way come to its end. */
  close(): Promise<void> {
    return this.mutex.idle();
  }

  private async write(id: string, document: string, metadata: Record<string, number>): Promise<void> {
    const created_at = this.clock.now().toISOString();
    const record = { id, document, metadata: { ...metadata, created_at }, vector: NO_VECTOR };
    await this.inside(async () => {
      this.collection ??= await this.collections.ensureCollection(REGISTRY_COLLECTION);
      await this.collections.upsert(this.collection, [record]);
    });
  }

  /** What `read` finds in the collection; undefined as long as there is none. */
  private existing<T>(read: (collection: string) => Promise<T>): Promise<T | undefined> {
    return this.inside(async () => {
      this.collection ??= await this.collections.findCollection(REGISTRY_COLLECTION);
      return this.collection === undefined ? undefined : read(this.collection);
    });
  }

  /** Somebody else may have deleted the collection: after a failure it is looked for anew. */
  private async inside<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.collection = undefined;
      throw error;
    }
  }
}

function projectRecordId(userId: number, name: string): string {
  return `project:${userId}:${name}`;
}

function projectOf({ document, metadata }: ReadRecord): Project {
  return { id: Number(metadata.project_id), name: document ?? '' };
}
