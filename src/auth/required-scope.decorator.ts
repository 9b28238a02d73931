import { applyDecorators, SetMetadata, type Type } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { ApiBearerAuth } from '@nestjs/swagger';
import { ApiProblems } from '../common/api-call.decorator';
import { InvalidKeyError, MissingKeyError, MissingScopeError, OtherUserError } from './auth.errors';
import type { Scope } from './scope';

const ROUTE_ACCESS = Symbol('ROUTE_ACCESS');

/** What a route says that its caller must have: scopes, all of them, or `open` where that is nothing. */
export type RouteAccess = 'open' | readonly [Scope, ...Scope[]];

/** Where a route's handler is; an `ExecutionContext` is such a place. */
export interface RoutePlace {
  getHandler(): object;
  getClass(): Type;
}

/** Undefined of a route that does not say. */
export function accessOf(reflector: Reflector, place: RoutePlace): RouteAccess | undefined {
  return reflector.getAllAndOverride(ROUTE_ACCESS, [place.getHandler() as Type, place.getClass()]);
}

/** By which Swagger knows the keys. */
export const KEY_SCHEME = 'key';

/** The call takes a key with all of these scopes. Every route has this or `OpenToAll`; one without is refused. */
export function RequiresScope(...scopes: readonly [Scope, ...Scope[]]): MethodDecorator {
  const refusals = [
    { status: 401, error: new MissingKeyError() },
    { status: 401, error: InvalidKeyError.unknown() },
    { status: 403, error: new MissingScopeError(scopes) },
    ...(scopes.includes('admin') ? [] : [{ status: 403, error: new OtherUserError() }]),
  ];
  return applyDecorators(
    SetMetadata(ROUTE_ACCESS, scopes satisfies RouteAccess),
    ApiBearerAuth(KEY_SCHEME),
    ApiProblems(refusals.map(({ status, error: { code, message: detail } }) => ({ status, code, detail }))),
  );
}

/** The call takes no key. What it answers may still depend on one that is sent. */
export function OpenToAll(): MethodDecorator {
  return SetMetadata(ROUTE_ACCESS, 'open' satisfies RouteAccess);
}
