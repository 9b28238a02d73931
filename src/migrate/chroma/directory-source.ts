import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import {
  ChromaCollection,
  ChromaDirectory,
  openChromaDirectory,
} from '../../chroma-directory/chroma-directory';
import type { Limits } from '../../config/app-config';
import { ADOPTION_FILE } from '../../memory/chroma/adoption/adoption-record';
import { isOwnedDirectory } from '../../memory/chroma/server/owned-directory';
import { DirectoryLock } from '../../memory/directory-lock';
import type { MigrationSource, SourceCollection, SourceContext, SourceRecord } from '../migration-source';
import { chooseCollections, CollectionChoice, isRegistry } from './chosen-collections';
import { furtherIdsOf, isPart, sourceRecord } from './chroma-source-record';
import { RegisteredProjects } from './registered-projects';

export interface DirectorySourceOptions {
  readonly path: string;
  readonly allowLive: boolean;
  readonly choice: CollectionChoice;
  readonly limits: Limits;
}

/** A directory of ChromaDB, ours or the original's, read without ChromaDB. Nothing in it is changed. */
export class DirectorySource implements MigrationSource {
  readonly identity: string;
  readonly description: string;
  readonly collections: readonly SourceCollection[];
  readonly leftOut: readonly string[];
  readonly remarks: readonly string[];
  private readonly byKey: ReadonlyMap<string, ChromaCollection>;

  private constructor(
    private readonly directory: ChromaDirectory,
    private readonly options: DirectorySourceOptions,
    projects: RegisteredProjects,
  ) {
    const { path, generation, collections } = directory;
    const { chosen, leftOut } = chooseCollections(collections, options.choice);
    this.identity = DirectorySource.identityOf(path);
    this.description = `${path}, written by ChromaDB ${generation.writtenBy}`;
    this.leftOut = leftOut;
    this.remarks = remarksOf(directory);
    this.byKey = new Map(collections.map((collection) => [collection.id, collection]));
    this.collections = chosen.map(({ collection, name, userId }) => ({
      key: collection.id,
      name,
      userId,
      records: collection.count,
      projects: projects.of(collection),
    }));
  }

  /** By whatever links it is reached. */
  static identityOf(path: string): string {
    return `directory ${existsSync(path) ? realpathSync(path) : path}`;
  }

  /** @throws ChromaDirectoryError, or UsageError where a collection that was named is not there. */
  static async open(options: DirectorySourceOptions): Promise<DirectorySource> {
    const { path, allowLive } = options;
    const directory = openChromaDirectory(path, { allowLive, allowLeftovers: isAtRest(path) });
    try {
      const registry = directory.collections.find(isRegistry);
      const projects = await RegisteredProjects.read(registry ? directory.records(registry) : []);
      return new DirectorySource(directory, options, projects);
    } catch (error) {
      directory.close();
      throw error;
    }
  }

  async *records(
    collection: SourceCollection,
    { importedAt }: SourceContext,
    after?: string,
  ): AsyncGenerator<SourceRecord, void, undefined> {
    const context = { collection, importedAt, limits: this.options.limits };
    const reading = await this.directory.read(this.byKey.get(collection.key)!);
    try {
      for await (const stored of reading.records(after === undefined ? undefined : Number(after))) {
        if (isPart(stored)) continue;
        const further = furtherIdsOf(stored, collection.userId).map((id) => reading.vectorOf(id));
        const position = stored.position === null ? null : String(stored.position);
        yield sourceRecord(stored, further, position, context);
      }
    } finally {
      reading.close();
    }
  }

  async close(): Promise<void> {
    this.directory.close();
  }
}

/** Whether a directory is one of ours that nobody has open: its server never ends in order, and leaves its log behind. */
function isAtRest(path: string): boolean {
  if (!isOwnedDirectory(path) || !existsSync(`${path}.lock`)) return false;
  try {
    const lock = DirectoryLock.tryAcquire(path);
    lock?.release();
    return lock !== undefined;
  } catch {
    // Who may only read here cannot tell.
    return false;
  }
}

function remarksOf({ path, generation }: ChromaDirectory): string[] {
  const copy = `${path}.wisdom`;
  return [
    ...(generation.newerThanKnown
      ? [`${path} was written by a ChromaDB that is newer than this program knows: look at what it finds.`]
      : []),
    ...(existsSync(join(copy, ADOPTION_FILE))
      ? [
          `This service keeps a copy of that directory in ${copy}, with everything that was stored since: migrate that.`,
        ]
      : []),
  ];
}
