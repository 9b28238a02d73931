import { Module } from '@nestjs/common';
import { CommandLineGuard } from './cli/command-line.guard';
import { AdoptChromaCommand } from './memory/chroma/adopt-chroma.command';
import { InspectChromaCommand } from './migrate/inspect-chroma.command';
import { MigrateChromaCommand } from './migrate/migrate-chroma.command';
import { MigrateOriginalCommand } from './migrate/migrate-original.command';
import { MigrateRunsCommand } from './migrate/migrate-runs.command';

/** The commands. Each does its work when it is run, never when the program starts. */
@Module({
  providers: [
    CommandLineGuard,
    InspectChromaCommand,
    AdoptChromaCommand,
    MigrateChromaCommand,
    MigrateOriginalCommand,
    MigrateRunsCommand,
  ],
})
export class CliModule {}
