import { BackendUnavailableError } from '../../memory.errors';

/** What the driver and PostgreSQL tell of a failure: a SQLSTATE, or the name of a socket's error. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}

/** The driver has no code for these. */
const LOST_CONNECTION =
  /Connection terminated|connection error and is not queryable|Client was closed|timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after calling end/;

const SOCKET_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'EACCES',
]);

/** SQLSTATEs, or the classes they begin with, and what they mean for whoever asked. */
const REASONS: readonly (readonly [sqlState: string, reason: string])[] = [
  ['08', 'The connection to PostgreSQL was lost.'],
  ['28', 'PostgreSQL refuses the login: check the user and the password of DATABASE_URL.'],
  ['3D', 'The database that DATABASE_URL names does not exist.'],
  ['25006', 'PostgreSQL is read-only at the moment: nothing can be stored.'],
  ['25P03', 'PostgreSQL ended a transaction that waited too long.'],
  ['40', 'Too many writes to the same memories at once.'],
  ['42501', 'The role of DATABASE_URL lacks a privilege: see docs/operations.md, "Roles".'],
  ['53100', 'The disk of PostgreSQL is full: nothing can be stored.'],
  ['53', 'PostgreSQL has no resources left (connections, memory).'],
  ['55P03', 'PostgreSQL waited too long for a lock.'],
  ['57014', 'PostgreSQL took longer than DATABASE_STATEMENT_TIMEOUT_MS allows.'],
  ['57P', 'PostgreSQL is starting or shutting down.'],
  ['58', 'PostgreSQL cannot read or write its files.'],
  ['XX', 'PostgreSQL reports damaged data: see its log.'],
];

/** Whether the connection is gone or was never there; nothing that was asked for on it can be relied on. */
export function isConnectionLost(error: unknown): boolean {
  const code = codeOf(error);
  return (
    SOCKET_ERRORS.has(code) ||
    code.startsWith('08') ||
    code.startsWith('57P') ||
    LOST_CONNECTION.test((error as Error | undefined)?.message ?? '')
  );
}

/** Whether the transaction lost against another one and may simply be tried again. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error));
}

/** What a caller may be told of a failure, in the service's words: never SQL, never the vendor's text. */
export function translateDatabaseError(error: unknown): unknown {
  const code = codeOf(error);
  const reason = REASONS.find(([state]) => code.startsWith(state))?.[1];
  if (reason && /^[0-9A-Z]{5}$/.test(code)) return new BackendUnavailableError(reason, { cause: error });
  if (isConnectionLost(error))
    return new BackendUnavailableError('PostgreSQL cannot be reached.', { cause: error });
  if (/^[0-9A-Z]{5}$/.test(code))
    return new Error(`PostgreSQL refused a statement (SQLSTATE ${code}).`, { cause: error });
  return error;
}
