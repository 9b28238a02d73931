import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { MissingKeyError, MissingScopeError } from './auth.errors';
import type { AdmittedRequest } from './principal';
import { accessOf } from './required-scope.decorator';

/** Lets a call through to its handler if its caller has what the route asks for. A route that does not say is refused. */
@Injectable()
export class ScopeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const access = accessOf(this.reflector, context);
    if (access === undefined) throw new Error(`${context.getHandler().name} does not say what it requires.`);
    if (access === 'open') return true;
    const { principal } = context.switchToHttp().getRequest<AdmittedRequest>();
    if (!principal) throw new MissingKeyError();
    const missing = access.filter((scope) => !principal.scopes.has(scope));
    if (missing.length > 0) throw new MissingScopeError(access);
    return true;
  }
}
