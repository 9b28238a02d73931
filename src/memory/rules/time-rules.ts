/** Years that every store and every ISO 8601 reader takes: four digits. */
const EARLIEST = new Date('0001-01-01T00:00:00.000Z');
const LATEST = new Date('9999-12-31T23:59:59.999Z');

/** What is wrong with a moment, or undefined. */
export function timeProblem(time: Date): string | undefined {
  return time >= EARLIEST && time <= LATEST ? undefined : 'must be in the years 1 to 9999';
}

/** What is wrong with the moment from which something is gone, or undefined. */
export function expiryProblem(expiresAt: Date, now: Date): string | undefined {
  return expiresAt > now ? timeProblem(expiresAt) : 'must be in the future';
}
