import type { Limits } from '../../../config/app-config';
import type { MigrationSource, SourceCollection, SourceContext, SourceRecord } from '../../migration-source';
import { mapUsers, UserMapping } from '../../user-mapping';
import { OriginalCatalog, readCatalog } from './original-catalog';
import { ORIGINAL_COLLECTION, originalRecord } from './original-record';
import { rowOf, rowsQuery } from './original-rows';
import { OriginalServer } from './original-server';

export interface OriginalSourceOptions {
  /** `postgresql://...` */
  readonly url: string;
  readonly mapUser: UserMapping;
  readonly limits: Limits;
}

/**
 * The original's own tables in PostgreSQL: a collection for each of its users, with what was there when it was opened.
 * What is stored there later is for a later run.
 */
export class OriginalSource implements MigrationSource {
  readonly identity: string;
  readonly description: string;
  readonly collections: readonly SourceCollection[];
  readonly leftOut: readonly string[] = [];
  readonly remarks: readonly string[];

  private constructor(
    private readonly server: OriginalServer,
    private readonly catalog: OriginalCatalog,
    private readonly options: OriginalSourceOptions,
  ) {
    const { users, ownerless } = catalog;
    const { mapUser } = options;
    const targets = mapUsers(users, mapUser);
    this.identity = OriginalSource.identityOf(options.url);
    this.description = `the original's PostgreSQL at ${server.name}`;
    this.remarks =
      ownerless === 0 ? [] : [`${ownerless} memories belong to no user and are left where they are.`];
    this.collections = users.map(({ id, name, projects, memories }) => ({
      key: keyOf(id),
      name: ORIGINAL_COLLECTION,
      userId: targets.get(id)!,
      // Who was mapped is whoever has that id, under whatever name.
      userName: mapUser[id] === undefined ? name : undefined,
      records: memories,
      projects,
    }));
  }

  static identityOf(url: string): string {
    return `postgresql ${new OriginalServer(url).name}`;
  }

  /**
   * @throws StartupError where the database cannot be read or is not the original's.
   * @throws UsageError where `mapUser` does not fit its users.
   */
  static async open(options: OriginalSourceOptions): Promise<OriginalSource> {
    const server = new OriginalServer(options.url);
    const catalog = await server.look((ask) => readCatalog(ask, server.name, options.limits));
    return new OriginalSource(server, catalog, options);
  }

  async *records(
    { key, userId }: SourceCollection,
    { importedAt }: SourceContext,
    after = '0',
  ): AsyncGenerator<SourceRecord, void, undefined> {
    const { limits } = this.options;
    const user = this.catalog.users.find(({ id }) => keyOf(id) === key)!;
    for await (const row of this.server.rows(rowsQuery(user, after)))
      yield originalRecord(rowOf(row), { userId, importedAt, limits });
  }

  async close(): Promise<void> {
    // Each reading has a connection of its own, which ends with it.
  }
}

function keyOf(userId: number): string {
  return `user ${userId}`;
}
