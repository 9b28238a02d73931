import type { RouteAccess } from '../auth/required-scope.decorator';
import type { RateLimits } from '../config/app-config';

/** What a request counts against. */
export type Budget = keyof RateLimits;

/** By what a route asks of its caller: changing weighs more than reading. What is open to all is not counted. */
export function budgetOf(access: RouteAccess | undefined): Budget | undefined {
  if (access === undefined || access === 'open') return undefined;
  if (access.includes('write')) return 'store';
  return access.includes('read') ? 'search' : 'admin';
}
