import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { CommandRunner, InjectCommander } from 'nest-commander';
import { npmFlags } from '../config/npm-run';
import { UsageError } from './exit-code';
import { intendedLine } from './intended-line';

/** Of the version of commander that nest-commander brings. */
type Command = Parameters<CommandRunner['setCommand']>[0];

/** The script of package.json that runs the commands. */
const SCRIPT = 'cli';

/**
 * Stands before every command: one that was not called as it was meant does nothing. Commands need do nothing for it.
 */
@Injectable()
export class CommandLineGuard implements OnApplicationBootstrap {
  constructor(@InjectCommander() private readonly program: Command) {}

  /** By now every command is there. */
  onApplicationBootstrap(): void {
    this.program.name(`npm run ${SCRIPT} --`);
    // Commands made one by one do not inherit how the program ends.
    for (const command of this.program.commands) inherit(command, this.program);
    this.program.hook('preAction', (_program, command) => refuseMisunderstood(command));
  }
}

/**
 * Whether it matters that npm took an option for itself. It may be in somebody's `.npmrc` that npm need not ask; then
 * our own question is not answered, which does no harm.
 */
function isMissed({ long }: Command['options'][number]): boolean {
  return long !== '--yes';
}

function inherit(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  command.showHelpAfterError(whereHelpIs(nameOf(command)));
  for (const nested of command.commands) inherit(nested, command);
}

function whereHelpIs(name: string): string {
  return `"npm run ${SCRIPT} -- ${name} --help" shows what it takes; flags stand behind the "--".`;
}

/** With that of the command it belongs to, if it is one of several: `keys create`. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${parent.name()} ${command.name()}` : command.name();
}

function refuseMisunderstood(command: Command): void {
  const name = nameOf(command);
  const argumentCount = command.registeredArguments.length;
  const leftOver = command.args.slice(argumentCount);
  const intended = intendedLine({
    command: name,
    argumentCount,
    options: command.options.filter(isMissed).map(({ long, required, optional }) => ({
      flag: long ?? '',
      takesValue: required || optional,
    })),
    positionals: command.args,
    argv: process.argv.slice(2),
    npm: npmFlags(SCRIPT) ?? new Map(),
  });
  if (intended)
    throw new UsageError(
      `npm took ${intended.swallowed.join(' and ')} for itself, so nothing was done. Type:\n\n  ${intended.line}\n`,
    );
  if (leftOver.length > 0)
    throw new UsageError(
      `${name} takes nothing like ${leftOver.map((word) => JSON.stringify(word)).join(' ')}, so nothing was ` +
        `done. ${whereHelpIs(name)}`,
    );
}
