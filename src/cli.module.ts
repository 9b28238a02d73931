import { Module } from '@nestjs/common';
import { AccountsOpener } from './auth/commands/accounts-opener.service';
import {
  KeysCommand,
  KeysCreateCommand,
  KeysListCommand,
  KeysRevokeCommand,
} from './auth/commands/keys.command';
import {
  UsersCommand,
  UsersCreateCommand,
  UsersDeleteCommand,
  UsersListCommand,
} from './auth/commands/users.command';
import { CommandLineGuard } from './cli/command-line.guard';
import { AdoptChromaCommand } from './memory/chroma/adopt-chroma.command';
import { InspectChromaCommand } from './migrate/commands/inspect-chroma.command';
import { MigrateChromaCommand } from './migrate/commands/migrate-chroma.command';
import { MigrateOriginalCommand } from './migrate/commands/migrate-original.command';
import { MigrateRunsCommand } from './migrate/commands/migrate-runs.command';

/** The commands. Each does its work when it is run, never when the program starts. */
@Module({
  providers: [
    CommandLineGuard,
    InspectChromaCommand,
    AdoptChromaCommand,
    MigrateChromaCommand,
    MigrateOriginalCommand,
    MigrateRunsCommand,
    AccountsOpener,
    UsersCommand,
    UsersCreateCommand,
    UsersListCommand,
    UsersDeleteCommand,
    KeysCommand,
    KeysCreateCommand,
    KeysListCommand,
    KeysRevokeCommand,
  ],
})
export class CliModule {}
