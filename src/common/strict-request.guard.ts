import { CanActivate, ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { Request } from 'express';
import { FieldProblem, InvalidInputError } from './domain.error';
import { isRecord } from './is-record';

/** Of a call that reads none of them, enough to see what it was taken for. */
const MOST_FIELDS = 20;

const NO_BODY = 'is not read here: this call takes no body';

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
      ...(read.has(RouteParamtypes.BODY) ? [] : unreadBody(body)),
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

function unreadBody(body: unknown): FieldProblem[] {
  if (body === undefined || isRecord(body)) return unreadFields(body ?? {}, NO_BODY);
  return [{ field: 'body', reason: NO_BODY }];
}

function unreadFields(given: object, reason: string): FieldProblem[] {
  const fields = Object.keys(given).slice(0, MOST_FIELDS);
  return fields.map((field) => ({ field: field.slice(0, 100), reason }));
}
