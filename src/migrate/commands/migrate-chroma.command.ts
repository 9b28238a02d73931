import { resolve } from 'node:path';
import { LazyModuleLoader } from '@nestjs/core';
import { Command, Help, Option } from 'nest-commander';
import { UsageError } from '../../cli/exit-code';
import type { AppConfig } from '../../config/app-config';
import { configuredModel } from '../../embedding/configured-model';
import {
  chromaIdentity,
  ChromaSourceOptions,
  configuredPlace,
  openChromaSource,
  serverPlace,
} from '../chroma/open-chroma-source';
import { MigrateCommand } from './migrate.command';
import { MIGRATE_CHROMA_HELP } from './migrate-chroma-help';
import { MigrationCall, performMigration } from './migration-call';
import { parseHttpUrl, parseUserId } from './migration-flags';
import type { JsonObject } from '../../memory/memory';

interface MigrateChromaOptions extends MigrationCall {
  readonly chromaPath?: string;
  readonly chromaUrl?: string;
  readonly collection?: string[];
  readonly allCollections?: boolean;
  readonly userId?: number;
  readonly allowLive?: boolean;
}

@Command({
  name: 'migrate-chroma',
  description:
    'Moves the memories of a ChromaDB directory (0.4 to 1.5) or server to PostgreSQL. The source is only read.',
})
export class MigrateChromaCommand extends MigrateCommand<MigrateChromaOptions> {
  constructor(modules: LazyModuleLoader) {
    super(modules);
  }

  protected override async migrate(options: MigrateChromaOptions, config: AppConfig): Promise<void> {
    await performMigration(options, config, {
      kind: 'migrate-chroma',
      source: sourceOf(options, config),
      identify: (source) => chromaIdentity(source as ChromaSourceOptions),
      openSource: (source) => openChromaSource(source as ChromaSourceOptions, config),
      model: await configuredModel(config.embedding),
    });
  }

  @Option({ flags: '--chroma-path <directory>', description: 'the directory that holds chroma.sqlite3' })
  parseChromaPath(value: string): string {
    return resolve(value);
  }

  @Option({ flags: '--chroma-url <url>', description: 'a running ChromaDB server instead' })
  parseChromaUrl(value: string): string {
    return parseHttpUrl(value);
  }

  @Option({
    flags: '--collection <name>',
    description: 'migrates this collection; repeatable (default: wisdom_sessions, wisdom_sessions_u*)',
  })
  parseCollection(value: string, previous: string[] = []): string[] {
    return [...previous, value];
  }

  @Option({ flags: '--all-collections', description: 'migrates every collection' })
  parseAllCollections(): boolean {
    return true;
  }

  @Option({
    flags: '--user-id <n>',
    description: 'whose memories all collections but wisdom_sessions_u<id> become (default: 1)',
  })
  parseUserId(value: string): number {
    return parseUserId(value);
  }

  @Option({
    flags: '--allow-live',
    description: 'reads although another process may be writing to the source',
  })
  parseAllowLive(): boolean {
    return true;
  }

  @Help('after')
  examples(): string {
    return MIGRATE_CHROMA_HELP;
  }
}

function sourceOf(options: MigrateChromaOptions, config: AppConfig): JsonObject {
  const { chromaPath, chromaUrl, collection = [], allCollections = false, userId = 1 } = options;
  const allowLive = options.allowLive ?? false;
  if (chromaPath !== undefined && chromaUrl !== undefined)
    throw new UsageError('It takes --chroma-path or --chroma-url, not both.');
  if (collection.length > 0 && allCollections)
    throw new UsageError('It takes --collection or --all-collections, not both.');
  if (options.resume !== undefined) requireOnlyPlace(options);
  if (typeof options.resume === 'string') return { allowLive };
  const given = chromaUrl === undefined ? undefined : serverPlace(chromaUrl, config);
  const place = chromaPath === undefined ? (given ?? configuredPlace(config)) : { path: chromaPath };
  return { place, choice: { collections: collection, all: allCollections, userId }, allowLive };
}

/** A resumed run keeps its choice; its source only has to be named where the run is not. */
function requireOnlyPlace(options: MigrateChromaOptions): void {
  const { chromaPath, chromaUrl, collection, allCollections, userId, resume } = options;
  const choice = [collection, allCollections, userId].some((given) => given !== undefined);
  const place = typeof resume === 'string' && [chromaPath, chromaUrl].some((given) => given !== undefined);
  if (choice || place)
    throw new UsageError(
      'A resumed run keeps its source and its choice of collections: leave --collection, --all-collections and ' +
        '--user-id out, with the id of a run also --chroma-path and --chroma-url.',
    );
}
