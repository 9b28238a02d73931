import { isUnfinished, MigrationRun } from '../migration-run';

type Run = Pick<MigrationRun, 'id' | 'kind' | 'state'>;

/**
 * The command that goes on with a run.
 *
 * @param databaseUrl given on the command line. It is not repeated: it may have a password.
 */
export function resumeLine({ id, kind }: Omit<Run, 'state'>, databaseUrl?: string): string {
  const asked = ASKED_AGAIN[kind] ?? '';
  return `npm run cli -- ${kind}${asked} --resume ${id}${targetFlag(databaseUrl)}`;
}

/** The command that takes a run back, or goes on with that. */
export function rollbackLine({ id, kind }: Omit<Run, 'state'>, databaseUrl?: string): string {
  return `npm run cli -- ${kind} --rollback ${id}${targetFlag(databaseUrl)}`;
}

/** What can be done with a run that is not under way. */
export function nextLines(run: Run, databaseUrl?: string): string[] {
  if (run.state === 'rolled-back') return [];
  return [...(isUnfinished(run) ? [resumeLine(run, databaseUrl)] : []), rollbackLine(run, databaseUrl)];
}

/** What is not kept with a run, because it may have a password. */
const ASKED_AGAIN: Readonly<Record<string, string>> = { 'migrate-original': ' --from <the same>' };

function targetFlag(databaseUrl: string | undefined): string {
  return databaseUrl === undefined ? '' : ' --database-url <the same>';
}
