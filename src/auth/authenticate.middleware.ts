import type { IncomingMessage, ServerResponse } from 'node:http';
import { normalizeIp } from '@nestjs/throttler';
import { UnauthorizedError } from './auth.errors';
import type { AdmittedRequest, Principal } from './principal';

type Request = IncomingMessage & AdmittedRequest;

/** Injects the middleware. */
export const AUTHENTICATE = Symbol('AUTHENTICATE');

/**
 * Middleware that puts the `principal` on a request, or refuses it: before its body is read, whatever its path is, so
 * that nobody without a key learns which there are. On open paths a bad key is as none.
 *
 * @param principalOf who shows this header, from this address (for IPv6, its network); rejects where nobody does.
 * @param isOpen whether a path takes no key.
 */
export function authenticate(
  principalOf: (authorization: string | undefined, address: string) => Promise<Principal>,
  isOpen: (path: string) => boolean,
) {
  return (request: Request, response: ServerResponse, next: (error?: unknown) => void): void => {
    const address = normalizeIp(request.socket.remoteAddress ?? '');
    // Two are none: what stands in front may have looked at the other.
    const authorization = request.headersDistinct.authorization?.join(', ');
    principalOf(authorization, address).then(
      (principal) => {
        request.principal = principal;
        next();
      },
      (error: unknown) => {
        if (isOpen(pathOf(request))) return next();
        if (error instanceof UnauthorizedError) response.setHeader('WWW-Authenticate', error.challenge);
        next(error);
      },
    );
  };
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0]!;
}
