import { UsageError } from './exit-code';

/**
 * What a flag that takes a whole number was given.
 *
 * @throws UsageError where it is not from 1 to `most`.
 */
export function wholeNumber(flag: string, value: string, most: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= 1 && number <= most) return number;
  throw new UsageError(`${flag} takes a whole number from 1 to ${most}, not ${JSON.stringify(value)}.`);
}
