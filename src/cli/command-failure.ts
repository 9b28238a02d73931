import { ChromaDirectoryError } from '../chroma-directory/chroma-directory.errors';
import { DomainError, ErrorKind } from '../common/domain.error';
import { StartupError } from '../common/startup.error';
import { ConfigurationError } from '../config/configuration.error';
import { EXIT, UsageError } from './exit-code';

const EXIT_OF_KIND: Partial<Record<ErrorKind, number>> = {
  unavailable: EXIT.unavailable,
  invalid: EXIT.usage,
};

/** What a command that threw prints, in plain words, and ends with. Commander has printed its own complaints already. */
export function commandFailure(error: unknown): { readonly text: string; readonly exitCode: number } {
  const commandersEnd = commandersEndOf(error);
  if (commandersEnd) return { text: '', exitCode: commandersEnd.exitCode === 0 ? EXIT.done : EXIT.usage };
  if (error instanceof UsageError || error instanceof ConfigurationError)
    return { text: error.message, exitCode: EXIT.usage };
  if (error instanceof ChromaDirectoryError || error instanceof StartupError)
    return { text: error.message, exitCode: EXIT.unavailable };
  if (error instanceof DomainError)
    return { text: error.message, exitCode: EXIT_OF_KIND[error.kind] ?? EXIT.findings };
  return { text: `This should not have happened: ${messageOf(error)}`, exitCode: EXIT.findings };
}

/** Commander ends by an error also where it was asked for help or the version: then with 0. */
function commandersEndOf(error: unknown): { readonly exitCode?: number } | undefined {
  const { code, exitCode } = (error ?? {}) as { code?: unknown; exitCode?: number };
  return typeof code === 'string' && code.startsWith('commander.') ? { exitCode } : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
