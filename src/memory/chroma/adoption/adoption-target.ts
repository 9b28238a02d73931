import { Memory, Project } from '../../memory';
import { CarriedMemory } from './carried-memory';
import { ChromaCollections } from '../chroma-collections';
import { ChromaConnection } from '../chroma-connection';
import { ChromaEndpoint } from '../chroma-endpoint';
import { ChromaMemoryRepository } from '../chroma-memory.repository';
import { memoryOf } from '../memory-record';
import { collectionOf } from '../tenant/tenants';

/** The directory of ours that another one is copied into, while its server runs. */
export class AdoptionTarget {
  private readonly collections: ChromaCollections;
  private readonly collectionIds = new Map<number, string>();
  private readonly projects = new Map<string, Project>();

  constructor(
    endpoint: ChromaEndpoint,
    private readonly repository: ChromaMemoryRepository,
  ) {
    this.collections = new ChromaCollections(new ChromaConnection(endpoint));
  }

  async projectOf(userId: number, name: string): Promise<Project> {
    const key = `${userId} ${name}`;
    const project = this.projects.get(key) ?? (await this.repository.ensureProject(userId, name));
    this.projects.set(key, project);
    return project;
  }

  /** Writes all of them, or none; those that are there already are replaced. */
  write(userId: number, memories: readonly CarriedMemory[]): Promise<void> {
    return this.repository.import(
      userId,
      memories.map(({ memory, vector }) => ({ memory, vectors: [vector] })),
    );
  }

  /** What is stored of some memories, read anew from ChromaDB, by id. */
  async read(userId: number, ids: readonly string[]): Promise<Map<string, CarriedMemory>> {
    const collection = await this.collectionIdOf(userId);
    if (collection === undefined) return new Map();
    const records = await this.collections.get(collection, ids, { documents: true, vectors: true });
    return new Map(
      records.flatMap((record) => {
        const memory = memoryOf(record, userId);
        return memory && record.vector ? [[memory.id, { memory, vector: record.vector }] as const] : [];
      }),
    );
  }

  find(userId: number, key: string): Promise<Memory | undefined> {
    return this.repository.find(userId, key);
  }

  /** How many memories the user has. */
  count(userId: number): Promise<number> {
    return this.repository.count(userId);
  }

  private async collectionIdOf(userId: number): Promise<string | undefined> {
    const id =
      this.collectionIds.get(userId) ?? (await this.collections.findCollection(collectionOf(userId)));
    if (id !== undefined) this.collectionIds.set(userId, id);
    return id;
  }
}
