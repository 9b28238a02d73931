import { LazyModuleLoader } from '@nestjs/core';
import { Command, Help, Option } from 'nest-commander';
import type { AppConfig } from '../../config/app-config';
import { configuredModel } from '../../embedding/configured-model';
import { UsageError } from '../../cli/exit-code';
import { MigrateCommand } from './migrate.command';
import { MIGRATE_ORIGINAL_HELP } from './migrate-original-help';
import { MigrationCall, performMigration } from './migration-call';
import { parseOriginalUrl } from './migration-flags';
import { MissingVectors } from '../missing-vectors';
import { OriginalSource } from '../postgres/original/original-source';
import { parseUserMapping, type UserMapping } from '../user-mapping';

interface MigrateOriginalOptions extends MigrationCall {
  readonly from?: string;
  readonly mapUser?: UserMapping;
}

@Command({
  name: 'migrate-original',
  description: "Moves the memories of the original's own PostgreSQL tables here. They are only read.",
})
export class MigrateOriginalCommand extends MigrateCommand<MigrateOriginalOptions> {
  constructor(modules: LazyModuleLoader) {
    super(modules);
  }

  protected override async migrate(options: MigrateOriginalOptions, config: AppConfig): Promise<void> {
    const { from, mapUser, resume } = options;
    if (from === undefined)
      throw new UsageError("Where from? Give --from postgresql://..., the original's database.");
    if (mapUser !== undefined && resume !== undefined)
      throw new UsageError('A resumed run keeps its users: --resume takes no --map-user.');
    const vectors = new MissingVectors(config.embedding, (message) => console.error(message));
    try {
      await performMigration(options, config, {
        kind: 'migrate-original',
        source: { mapUser: mapUser ?? {} },
        identify: () => OriginalSource.identityOf(from),
        openSource: (source) =>
          OriginalSource.open({ url: from, mapUser: source.mapUser as UserMapping, limits: config.limits }),
        model: await configuredModel(config.embedding),
        embed: (texts) => vectors.embed(texts),
      });
    } finally {
      await vectors.close();
    }
  }

  @Option({
    flags: '--from <url>',
    description: "the original's database, postgresql://...; may be that of the target",
  })
  parseFrom(value: string): string {
    return parseOriginalUrl(value);
  }

  @Option({
    flags: '--map-user <a=b>',
    description: "user A's memories become user B's; repeatable (default: the same id)",
  })
  parseMapUser(value: string, previous?: UserMapping): UserMapping {
    return parseUserMapping(value, previous);
  }

  @Help('after')
  examples(): string {
    return MIGRATE_ORIGINAL_HELP;
  }
}
