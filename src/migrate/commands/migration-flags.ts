import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { validate } from 'uuid';
import { UsageError } from '../../cli/exit-code';
import { wholeNumber } from '../../cli/whole-number';
import { isDatabaseUrl } from '../../config/env.dto';
import { isUrlOf } from '../../config/env-variable.decorator';
import { ON_CONFLICT, OnConflict } from '../migration-run';

/** A batch is staged in memory twice, and its transaction holds its rows' locks. */
const MOST_IN_A_BATCH = 10_000;

/** What the flags of the migrate commands take; each throws `UsageError` otherwise. */
export function parseUserId(value: string): number {
  return wholeNumber('--user-id', value, Number.MAX_SAFE_INTEGER);
}

export function parseBatchSize(value: string): number {
  return wholeNumber('--batch-size', value, MOST_IN_A_BATCH);
}

export function parseOnConflict(value: string): OnConflict {
  const choice = ON_CONFLICT.find((known) => known === value);
  if (choice) return choice;
  throw new UsageError(`--on-conflict takes ${ON_CONFLICT.join(', ')}, not ${JSON.stringify(value)}.`);
}

/** @returns true where no id was given. */
export function parseRunId(value: string | undefined): string | true {
  if (value === undefined) return true;
  if (validate(value)) return value;
  throw new UsageError(`A run is named by its id, not by ${JSON.stringify(value)}: migrate-runs lists them.`);
}

/** Not repeated in the message: it may have a password. */
export function parseDatabaseUrl(value: string): string {
  if (isDatabaseUrl(value)) return value;
  throw new UsageError('--database-url takes postgresql://user:password@host:port/database.');
}

/** Not repeated in the message either. */
export function parseOriginalUrl(value: string): string {
  if (isUrlOf(['postgresql', 'postgres'], value)) return value;
  throw new UsageError('--from takes postgresql://user:password@host:port/database.');
}

export function parseHttpUrl(value: string): string {
  if (isUrlOf(['http', 'https'], value)) return value;
  throw new UsageError('--chroma-url takes http://host:port.');
}

/** Told before a long run rather than after it. @returns the absolute path. */
export function parseReportFile(value: string): string {
  const file = resolve(value);
  try {
    accessSync(dirname(file), constants.W_OK);
    return file;
  } catch (error) {
    throw new UsageError(
      `The report cannot be written to ${file} (${(error as NodeJS.ErrnoException).code}): --json takes a file in a ` +
        'directory that is there and that you may write to.',
    );
  }
}
