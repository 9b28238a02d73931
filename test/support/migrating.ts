import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAppConfig } from '../../src/config/environment';
import { DEFAULT_LIMITS } from '../../src/config/app-config';
import { EmbeddingModel } from '../../src/embedding/embedder';
import { SHIPPED_MODEL } from '../../src/embedding/shipped-model';
import { JsonObject, Memory } from '../../src/memory/memory';
import { PostgresDatabase } from '../../src/memory/postgres/database/postgres-database';
import { PostgresMemoryRepository } from '../../src/memory/postgres/postgres-memory.repository';
import {
  chromaIdentity,
  ChromaSourceOptions,
  openChromaSource,
} from '../../src/migrate/chroma/open-chroma-source';
import { Migration } from '../../src/migrate/migration';
import { MigrationParts } from '../../src/migrate/migration-parts';
import { MigrationReport } from '../../src/migrate/migration-report';
import { RunOptions } from '../../src/migrate/migration-run';
import { ImportTarget } from '../../src/migrate/postgres/import-target';
import { PostgresPreview } from '../../src/migrate/postgres/preview-target';
import { MovableClock } from './movable-clock';
import { databaseConfig } from './postgres-server';

/** The original's model, as if it gave so many numbers. */
export function originalModel(dimension = 384): EmbeddingModel {
  return {
    name: SHIPPED_MODEL,
    revision: 'main',
    dimension,
    pooling: 'mean',
    normalised: true,
    dtype: 'int8',
  };
}

export interface RigOptions {
  readonly dimension?: number;
  readonly openSource?: MigrationParts['openSource'];
  /** Of what `openSource` opens. */
  readonly identity?: string;
  readonly embed?: MigrationParts['embed'];
  readonly verify?: boolean;
}

/** Migrations into one database, and what is in it. Each call opens the database anew. */
export class MigrationRig {
  readonly clock = new MovableClock();
  readonly said: string[] = [];
  /** Called after each batch with all records so far. */
  onProgress: (records: number, stop: AbortController) => void = () => undefined;
  private readonly model: EmbeddingModel;
  private readonly directory = mkdtempSync(join(tmpdir(), 'wisdom-migrating-'));

  constructor(
    private readonly url: string,
    private readonly options: RigOptions = {},
  ) {
    this.model = originalModel(options.dimension);
  }

  start(source: ChromaSourceOptions, options: Partial<RunOptions> = {}): Promise<MigrationReport> {
    return this.inDirectory((migration) => migration.start(this.target(), this.runOptions(source, options)));
  }

  resume(runId?: string, source: JsonObject = {}): Promise<MigrationReport> {
    return this.inDirectory((migration) => migration.resume(this.target(), runId, source));
  }

  preview(source: ChromaSourceOptions, options: Partial<RunOptions> = {}): Promise<MigrationReport> {
    const target = new PostgresPreview(databaseConfig(this.url), DEFAULT_LIMITS, this.clock);
    return this.inDirectory((migration) => migration.preview(target, this.runOptions(source, options)));
  }

  /** Lines of the file of the rejects. */
  rejects({ rejectsFile }: Pick<MigrationReport, 'rejectsFile'>): Record<string, unknown>[] {
    if (rejectsFile === null) return [];
    const lines = readFileSync(rejectsFile, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Works on the memories as the service does. */
  async withService<T>(work: (repository: PostgresMemoryRepository) => Promise<T>): Promise<T> {
    const database = new PostgresDatabase(databaseConfig(this.url), () => undefined);
    const repository = new PostgresMemoryRepository(database, this.clock, () => this.model);
    await repository.connect();
    try {
      return await work(repository);
    } finally {
      await repository.close();
    }
  }

  /** Every memory of a user, in order. */
  all(userId = 1): Promise<Memory[]> {
    return this.withService(async (repository) => {
      const page = await repository.list(userId, { filter: {}, order: 'ascending', limit: 100_000 });
      return page.items;
    });
  }

  target(): ImportTarget {
    const settings = { limits: DEFAULT_LIMITS, memory: { textSearchLanguage: 'english' } } as const;
    return new ImportTarget(databaseConfig(this.url), settings, this.clock, () => undefined);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private runOptions(source: ChromaSourceOptions, options: Partial<RunOptions>): RunOptions {
    return { batchSize: 1_000, onConflict: 'skip', strict: false, ...options, source };
  }

  /** The file of the rejects is made in the working directory. */
  private async inDirectory<T>(work: (migration: Migration) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    let records = 0;
    const advance = (more: number) => this.onProgress((records += more), stop);
    const config = readAppConfig({});
    const migration = new Migration({
      kind: 'migrate-chroma',
      model: this.model,
      embed: this.options.embed,
      clock: this.clock,
      identify: (source) => this.options.identity ?? chromaIdentity(source as ChromaSourceOptions),
      openSource:
        this.options.openSource ?? ((source) => openChromaSource(source as ChromaSourceOptions, config)),
      progress: { start: () => undefined, advance, skip: () => undefined, end: () => undefined },
      stop: stop.signal,
      say: (message) => void this.said.push(message),
      directory: this.directory,
      verify: this.options.verify ?? false,
    });
    return work(migration);
  }
}

/** A directory as a source, with everything in it unless it is said otherwise. */
export function directorySource(
  path: string,
  { all = true, userId = 1, collections = [], allowLive = false }: Partial<SourceChoice> = {},
): ChromaSourceOptions {
  return { place: { path }, choice: { all, userId, collections: [...collections] }, allowLive };
}

interface SourceChoice {
  readonly all: boolean;
  readonly userId: number;
  readonly collections: readonly string[];
  readonly allowLive: boolean;
}
