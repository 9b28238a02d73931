import { ChromaDirectoryError } from '../chroma-directory/chroma-directory.errors';
import { DomainError } from '../common/domain.error';
import { StartupError } from '../common/startup.error';
import { ConfigurationError } from '../config/configuration.error';
import { EXIT, UsageError } from './exit-code';

/** Ends of commander that are no failures: the user asked for help or the version. */
const ASKED_FOR = ['commander.helpDisplayed', 'commander.version'];

/** What a command that threw prints, in plain words, and ends with. Commander has printed its own complaints already. */
export function commandFailure(error: unknown): { readonly text: string; readonly exitCode: number } {
  const commanderCode = commanderCodeOf(error);
  if (commanderCode !== undefined)
    return { text: '', exitCode: ASKED_FOR.includes(commanderCode) ? EXIT.done : EXIT.usage };
  if (error instanceof UsageError || error instanceof ConfigurationError)
    return { text: error.message, exitCode: EXIT.usage };
  if (error instanceof ChromaDirectoryError || error instanceof StartupError)
    return { text: error.message, exitCode: EXIT.unavailable };
  if (error instanceof DomainError)
    return { text: error.message, exitCode: error.kind === 'unavailable' ? EXIT.unavailable : EXIT.findings };
  return { text: `This should not have happened: ${messageOf(error)}`, exitCode: EXIT.findings };
}

function commanderCodeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && code.startsWith('commander.') ? code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
