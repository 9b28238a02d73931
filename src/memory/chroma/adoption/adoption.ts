import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ChromaDirectory, openChromaDirectory } from '../../../chroma-directory/chroma-directory';
import { ChromaDirectoryError } from '../../../chroma-directory/chroma-directory.errors';
import { DATABASE_FILE } from '../../../chroma-directory/source-files';
import { StartupError } from '../../../common/startup.error';
import { Limits } from '../../../config/app-config';
import { Clock } from '../../memory-backend';
import { MemoryCollection, memoryCollectionsOf } from './adopted-collections';
import {
  AdoptedCollection,
  AdoptionRecord,
  readAdoptionRecord,
  writeAdoptionRecord,
} from './adoption-record';
import { ADOPT_COMMAND } from './adoption-remark';
import { AdoptionTarget } from './adoption-target';
import { copyCollection, verifyCollection } from './collection-copy';
import { CopyProgress } from './copy-progress';
import { bringLaterWrites, BroughtLater } from './later-writes';
import { SourceBatches } from './source-batches';

export interface AdoptionOptions {
  /** Of the vectors that can be searched; asked when they are copied. */
  readonly dimension: () => number;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: AdoptionLog;
  /** Copies although another process may be writing to the original. */
  readonly allowLive?: boolean;
}

export interface AdoptionLog {
  log(message: string): void;
  warn(message: string): void;
}

/** What came of bringing what was written to the original after it was copied. */
export interface Brought {
  readonly memories: number;
  /** External ids of memories that stay as they are here. */
  readonly kept: readonly string[];
}

/**
 * A directory of the original and its copy in a directory of ours. The original is read, never written to. While the copy
 * is not complete it is not served; the copy can be broken off at any moment and goes on at the next start.
 */
export class Adoption {
  constructor(
    private readonly source: string,
    private readonly directory: string,
    private readonly options: AdoptionOptions,
  ) {}

  get isComplete(): boolean {
    return readAdoptionRecord(this.directory)?.state === 'complete';
  }

  /**
   * The original, for reading.
   *
   * @throws StartupError when that is not possible: not readable, damaged, too old, being written to.
   */
  openOriginal(): ChromaDirectory {
    try {
      return openChromaDirectory(this.source, { allowLive: this.options.allowLive });
    } catch (error) {
      throw asStartupError(error);
    }
  }

  /**
   * Notes in the directory, which is ours, what it is going to be a copy of, unless that is noted already.
   *
   * @throws StartupError when it has memories of its own.
   */
  begin(original: ChromaDirectory): void {
    if (readAdoptionRecord(this.directory)) return;
    if (existsSync(join(this.directory, DATABASE_FILE)))
      throw new StartupError(
        `${this.directory} holds memories of this service that are no copy of CHROMA_PATH ${this.source}: ` +
          'set CHROMA_PATH to one of the two, or move one of them away.',
      );
    writeAdoptionRecord(this.directory, {
      source: this.source,
      writtenBy: original.generation.writtenBy,
      state: 'copying',
      startedAt: this.options.clock.now().toISOString(),
      collections: [],
      leftOut: [],
    });
  }

  /** Copies everything and compares it with the original. The directory must be held by this process. */
  async complete(original: ChromaDirectory, target: AdoptionTarget): Promise<void> {
    const { log } = this.options;
    const record = this.record();
    const { memories, leftOut } = memoryCollectionsOf(original);
    const { writtenBy } = original.generation;
    log.log(
      `CHROMA_PATH ${this.source} was made by ChromaDB ${writtenBy} and stays as it is: its memories are ` +
        `copied to ${this.directory}`,
    );
    const collections = await this.copied(memories, (collection, progress) =>
      this.batches(original, collection, { target, record, progress }),
    );
    writeAdoptionRecord(this.directory, { ...record, state: 'complete', writtenBy, collections, leftOut });
  }

  /** Whether the original was written to since it was copied. */
  hasGrown(original: ChromaDirectory): boolean {
    const record = this.record();
    return memoryCollectionsOf(original).memories.some(
      ({ collection }) => collection.sequence > (adoptedOf(record, collection.id)?.sequence ?? 0),
    );
  }

  /** Brings what was written to the original since it was copied. The directory must be held by this process. */
  async bringLater(original: ChromaDirectory, target: AdoptionTarget): Promise<Brought> {
    const record = this.record();
    const { memories, leftOut } = memoryCollectionsOf(original);
    const progress = this.progress('Looked at', memories);
    const outcomes = await translated(async () => {
      const brought: BroughtLater[] = [];
      for (const collection of memories) {
        const batches = this.batches(original, collection, { target, record, progress });
        brought.push(await bringLaterWrites(batches, adoptedOf(record, collection.collection.id)));
      }
      return brought;
    });
    const collections = outcomes.map(({ adopted }) => adopted);
    const writtenBy = original.generation.writtenBy;
    writeAdoptionRecord(this.directory, { ...record, writtenBy, collections, leftOut });
    return {
      memories: outcomes.reduce((sum, { brought }) => sum + brought, 0),
      kept: outcomes.flatMap(({ kept }) => kept),
    };
  }

  private record(): AdoptionRecord {
    const record = readAdoptionRecord(this.directory);
    if (record === undefined) throw new TypeError(`${this.directory} is no copy`);
    return record;
  }

  private copied(
    memories: readonly MemoryCollection[],
    batchesOf: (collection: MemoryCollection, progress: CopyProgress) => SourceBatches,
  ): Promise<AdoptedCollection[]> {
    return translated(async () => {
      const copying = this.progress('Copied', memories);
      for (const collection of memories) await copyCollection(batchesOf(collection, copying));
      const verifying = this.progress('Compared', memories);
      const adopted: AdoptedCollection[] = [];
      for (const collection of memories)
        adopted.push(await verifyCollection(batchesOf(collection, verifying)));
      return adopted;
    });
  }

  private progress(doing: string, memories: readonly MemoryCollection[]): CopyProgress {
    const total = memories.reduce((sum, { collection }) => sum + collection.count, 0);
    return new CopyProgress(doing, total, (message) => this.options.log.log(message));
  }

  private batches(
    original: ChromaDirectory,
    collection: MemoryCollection,
    run: {
      readonly target: AdoptionTarget;
      readonly record: AdoptionRecord;
      readonly progress: CopyProgress;
    },
  ): SourceBatches {
    return new SourceBatches(original, collection, run.target, {
      dimension: this.options.dimension(),
      context: { importedAt: new Date(run.record.startedAt), limits: this.options.limits },
      onProgress: (records) => run.progress.advance(records),
    });
  }
}

/** Another collection of the same name is another collection. */
function adoptedOf(record: AdoptionRecord, id: string): AdoptedCollection | undefined {
  return record.collections.find((collection) => collection.id === id);
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStartupError(error);
  }
}

function asStartupError(error: unknown): unknown {
  if (!(error instanceof ChromaDirectoryError)) return error;
  const live = error.problem === 'in-use' ? ` To copy it as it is: ${ADOPT_COMMAND} --allow-live` : '';
  return new StartupError(`CHROMA_PATH ${error.message}${live}`, { cause: error });
}
