import { escapeLiteral } from 'pg';

/** Values of a statement: whatever a caller gave only ever gets into SQL as one of these. */
export interface SqlValues {
  /** @returns what stands for it in the statement, cast to a type. */
  add(value: unknown, type: string): string;
}

/** Collects the values of a statement, which are sent beside it: `$3::text`. */
export class SqlParameters implements SqlValues {
  readonly values: unknown[] = [];

  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** For statements that take no parameters: `'7'::bigint`, in the driver's own quoting. */
export const SQL_LITERALS: SqlValues = {
  add: (value: string | number, type) => `${escapeLiteral(String(value))}::${type}`,
};

/** A moment as PostgreSQL reads it: its years count without 0 and without sign. */
export function timestampText(date: Date): string {
  const iso = date.toISOString();
  const year = date.getUTCFullYear();
  if (year > 0 && year <= 9999) return iso;
  const rest = iso.slice(iso.indexOf('-', 1));
  return year > 0
    ? `${String(year).padStart(4, '0')}${rest}`
    : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}
