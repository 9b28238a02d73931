import { DomainError } from '../common/domain.error';
import { StartupError } from '../common/startup.error';

/**
 * What is printed when the service cannot start: for what the operator can mend one plain line with what to do, for
 * everything else, which is ours to mend, the whole stack.
 */
export function startFailure(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof StartupError) return { text: error.message, exitCode: error.exitCode };
  if (error instanceof DomainError) return { text: error.message, exitCode: 1 };
  const text = isListenError(error) ? listenFailure(error) : stackOf(error);
  return { text, exitCode: 1 };
}

interface ListenError extends Error {
  readonly syscall: 'listen' | 'getaddrinfo';
  readonly code: string;
  readonly address?: string;
  readonly hostname?: string;
  readonly port?: number;
}

function isListenError(error: unknown): error is ListenError {
  if (typeof error !== 'object' || error === null || !('syscall' in error)) return false;
  return error.syscall === 'listen' || error.syscall === 'getaddrinfo';
}

function listenFailure({ code, address, hostname, port, message }: ListenError): string {
  const host = hostname ?? address;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} at ${host} is in use: stop the program that has it, or set PORT (0 takes a free one).`;
    case 'EACCES':
      return `Port ${port} takes more rights than this user has: set PORT to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host} is not an address of this machine: take one that is, such as 127.0.0.1.`;
    default:
      return `Cannot listen: ${message}`;
  }
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return (error.stack ?? error.message) + cause;
}
