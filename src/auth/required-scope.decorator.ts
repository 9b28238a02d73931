import { CustomDecorator, SetMetadata } from '@nestjs/common';
import type { Scope } from './scope';

/** Under it, a route says what its caller must have: scopes, all of them, or `open` where that is nothing. */
export const ROUTE_ACCESS = Symbol('ROUTE_ACCESS');

export type RouteAccess = 'open' | readonly [Scope, ...Scope[]];

/** The call takes a key with all of these scopes. Every route has this or `OpenToAll`; one without is refused. */
export function RequiresScope(...scopes: readonly [Scope, ...Scope[]]): CustomDecorator<symbol> {
  return SetMetadata(ROUTE_ACCESS, scopes satisfies RouteAccess);
}

/** The call takes no key. What it answers may still depend on one that is sent. */
export function OpenToAll(): CustomDecorator<symbol> {
  return SetMetadata(ROUTE_ACCESS, 'open' satisfies RouteAccess);
}
