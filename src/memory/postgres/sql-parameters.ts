/** Collects the values of a statement; whatever a caller gave only ever gets into SQL as one of these. */
export class SqlParameters {
  readonly values: unknown[] = [];

  /** @returns the placeholder, cast to a type: `$3::text`. */
  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

/** A moment as PostgreSQL reads it: its years count without 0 and without sign. */
export function timestampText(date: Date): string {
  const iso = date.toISOString();
  const year = date.getUTCFullYear();
  const rest = iso.slice(iso.indexOf('-', 1));
  return year > 0
    ? `${String(year).padStart(4, '0')}${rest}`
    : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}
