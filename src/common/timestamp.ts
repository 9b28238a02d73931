const ISO_8601 =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?[0-5]\d)?)?)?$/i;

/**
 * The moment that an ISO 8601 date, or date and time, names; undefined if there is none. Without a zone it is UTC, a date
 * alone is its midnight, and what is finer than a millisecond is cut off. Days that a month does not have are refused.
 */
export function parseTimestamp(text = ''): Date | undefined {
  const [, day, time = '00:00', seconds = '00', fraction = '', zone = 'Z'] = ISO_8601.exec(text) ?? [];
  if (day === undefined) return undefined;
  const clock = `${time}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}`;
  const local = new Date(`${day}T${clock}Z`);
  if (Number.isNaN(local.getTime()) || !local.toISOString().startsWith(day)) return undefined;
  const moment = new Date(local.getTime() - offsetMinutes(zone) * 60_000);
  return Math.abs(offsetMinutes(zone)) < 24 * 60 ? moment : undefined;
}

function offsetMinutes(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
