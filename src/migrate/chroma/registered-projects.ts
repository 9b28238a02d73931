import { userOfCollection } from '../../memory/imported-memory';
import type { Project } from '../../memory/memory';
import type { NamedCollection } from './chosen-collections';
import type { StoredRecord } from './chroma-source-record';

type RegistryRecord = Pick<StoredRecord, 'document' | 'metadata'>;

/** The projects of a service's collections, as its registry has them. */
export class RegisteredProjects {
  private constructor(private readonly byUser: ReadonlyMap<number, readonly Project[]>) {}

  static async read(
    registry: AsyncIterable<RegistryRecord> | Iterable<RegistryRecord>,
  ): Promise<RegisteredProjects> {
    const byUser = new Map<number, Project[]>();
    for await (const { document, metadata } of registry) {
      const userId = metadata?.project_of;
      if (typeof userId !== 'number' || document === null) continue;
      const project = { id: Number(metadata?.project_id), name: document };
      byUser.set(userId, [...(byUser.get(userId) ?? []), project]);
    }
    return new RegisteredProjects(byUser);
  }

  of({ name }: NamedCollection): readonly Project[] {
    const userId = userOfCollection(name);
    return (userId !== undefined && this.byUser.get(userId)) || [];
  }
}
