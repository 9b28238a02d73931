import { UsageError } from '../../cli/exit-code';
import { parseTimestamp } from '../../common/timestamp';
import { Scope, SCOPES } from '../scope';

const DAY_MS = 86_400_000;

/** @throws UsageError */
export function parseScopes(text: string): Scope[] {
  const given = text.split(',').map((scope) => scope.trim());
  const scopes = SCOPES.filter((scope) => given.includes(scope));
  if (given.some((scope) => !SCOPES.includes(scope as Scope)) || scopes.length !== given.length)
    throw new UsageError(
      `--scopes takes one or several of ${SCOPES.join(', ')}, separated by commas, not "${text}".`,
    );
  return scopes;
}

/**
 * @param text a moment, or a number of days: `2027-01-01T00:00:00Z`, `90d`.
 * @throws UsageError
 */
export function parseExpiry(text: string, now: Date): Date {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  const moment = days === undefined ? parseTimestamp(text) : new Date(now.getTime() + Number(days) * DAY_MS);
  if (!moment || moment <= now)
    throw new UsageError(
      `--expires takes a number of days such as 90d, or a moment in the future such as 2099-01-01T00:00:00Z, not "${text}".`,
    );
  return moment;
}
