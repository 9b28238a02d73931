/**
 * SQL of a moment in milliseconds since 1970, whole ones as they are written. A number takes a tenth of what the driver
 * takes to parse a timestamp.
 */
export function millisecondsOf(moment: string): string {
  return `round(date_part('epoch', ${moment}) * 1000)`;
}
