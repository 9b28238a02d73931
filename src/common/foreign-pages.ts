import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { DomainError } from './domain.error';

/** A page of the web calls, through the browser of somebody who can reach the service. Nothing was done. */
export class ForeignPageError extends DomainError {
  readonly code = 'foreign_page';
  readonly kind = 'forbidden';
}

/** Names that nobody can register, so that no page can be under one: RFC 6761, ICANN's `internal`. */
const NOBODYS = /(^|\.)(localhost|internal)$/;

/**
 * Middleware for a service that asks nobody for a key: refuses what pages of other sites send through the browser of
 * whoever visits them. These are
 * - requests that name another origin: a browser sends them, even if it does not let the page read the answer;
 * - requests to a name that is neither local nor known: its owner can let it mean this machine, and then the page and
 *   the service are one origin to the browser (DNS rebinding). An IP address and a name without a dot are nobody's.
 *
 * @param origins those that may call, or `*`.
 * @param hosts further names by which the service is called.
 */
export function refuseForeignPages(origins: readonly string[], hosts: readonly string[]) {
  return ({ headers }: IncomingMessage, _response: ServerResponse, next: (error?: Error) => void): void => {
    const { origin, host = '' } = headers;
    const name = nameOf(host);
    if (!isNobodys(name) && !hosts.includes(name))
      return next(
        new ForeignPageError(
          `This service is not called ${JSON.stringify(name.slice(0, 100))}: use its address, or list the name in ALLOWED_HOSTS.`,
        ),
      );
    const isOwn = origin === undefined || hostOf(origin) === host.toLowerCase();
    if (isOwn || origins.includes('*') || origins.includes(origin)) return next();
    next(new ForeignPageError('Pages of other origins may call only if they are listed in CORS_ORIGINS.'));
  };
}

/** Without the port. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

function isNobodys(name: string): boolean {
  return !name.includes('.') || NOBODYS.test(name) || isIP(name) !== 0;
}

/** With the port, as a Host header has it; undefined for `null`, which is the origin of nobody. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host || undefined : undefined;
}
