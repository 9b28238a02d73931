import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { Request } from 'express';
import { InvalidInputError } from './domain.error';

/**
 * Refuses query parameters and bodies that a handler does not read: `?user_id=2` on a call that takes it in its body
 * must not quietly mean another user. What a handler reads, the pipe checks field by field.
 */
@Injectable()
export class StrictRequestGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { query, body } = context.switchToHttp().getRequest<Request<unknown, unknown, unknown>>();
    const read = parametersOf(context);
    const unread = [
      ...(read.has(RouteParamtypes.QUERY) ? [] : unreadFields(query, 'is not a query parameter here')),
      ...(read.has(RouteParamtypes.BODY)
        ? []
        : unreadFields(body, 'is not read here: this call takes no body')),
    ];
    if (unread.length > 0) throw new InvalidInputError(unread);
    return true;
  }
}

/** Nest keeps them under `<type>:<index>`. */
function parametersOf(context: ExecutionContext): Set<number> {
  const { name } = context.getHandler();
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), name) as object | undefined;
  return new Set(Object.keys(parameters ?? {}).map((key) => Number(key.split(':')[0])));
}

function unreadFields(given: unknown, reason: string): { field: string; reason: string }[] {
  return Object.keys(given ?? {}).map((field) => ({ field: field.slice(0, 100), reason }));
}
