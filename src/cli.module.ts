import { Module } from '@nestjs/common';
import { CommandLineGuard } from './cli/command-line.guard';
import { InspectChromaCommand } from './migrate/inspect-chroma.command';

/** The commands. Each does its work when it is run, never when the program starts. */
@Module({ providers: [CommandLineGuard, InspectChromaCommand] })
export class CliModule {}
