import { duration } from '../cli/progress';
import { totalOf } from './collection-tally';
import type { CollectionProgress } from './migration-run';
import { estimatedSeconds } from './migration-estimate';
import type { MigrationReport } from './migration-report';
import { verificationText } from './verification/verification-text';

/** Of created projects and renamed memories so many are named to people; JSON has more. */
const MOST_NAMED = 10;

/** The report for people. */
export function reportText(report: MigrationReport): string {
  const isDry = report.state === 'dry-run';
  const total = totalOf(report);
  const lines = [
    `From ${report.source}`,
    `to   ${report.target} (vectors of ${report.fingerprint})`,
    '',
    ...report.collections.flatMap((collection) => collectionLines(collection, isDry)),
    ...(report.collections.length === 0 ? ['There is no collection of memories.', ''] : []),
    ...createdLines(report, isDry),
    ...(report.leftOut.length > 0
      ? [`Left out unless asked for (--collection, --all-collections): ${report.leftOut.join(', ')}`]
      : []),
    ...(total.newerInSource > 0
      ? [
          `${counted(total.newerInSource, 'memory was', 'memories were')} skipped though changed later in the source: ` +
            '--on-conflict newer brings them.',
        ]
      : []),
    ...(report.rejectsFile === null
      ? []
      : [`What was rejected, with everything it had: ${report.rejectsFile}`]),
    ...report.remarks,
    ...(report.verification ? ['', verificationText(report.verification, report.runId!), ''] : []),
    lastLine(report),
  ];
  return lines.join('\n');
}

function collectionLines(
  { name, userId, counts, rejects, renamed }: CollectionProgress,
  isDry: boolean,
): string[] {
  const would = isDry ? 'would be ' : '';
  const amounts: readonly [number, string][] = [
    [counts.inserted, `${would}inserted`],
    [counts.overwritten, `${would}overwritten`],
    [counts.skipped, isDry ? 'already there' : 'skipped: already there'],
    [counts.rejected, `${would}rejected`],
    [counts.expired, 'expired'],
  ];
  const shown = amounts.filter(([amount], i) => i === 0 || amount > 0);
  return [
    `${name}: ${counted(counts.memories, 'memory', 'memories')} for user ${userId}`,
    `  ${shown.map(([amount, what]) => `${number(amount)} ${what}`).join(', ')}`,
    ...(counts.embedded > 0
      ? [`  ${number(counts.embedded)} without a vector ${isDry ? 'would be ' : ''}embedded`]
      : []),
    ...rejects.map(
      ({ reason, count, example }) => `    ${number(count)} x ${reason}, such as ${JSON.stringify(example)}`,
    ),
    ...renamedLines(renamed, isDry),
    '',
  ];
}

function renamedLines({ count, examples }: CollectionProgress['renamed'], isDry: boolean): string[] {
  if (count === 0) return [];
  const named = examples
    .slice(0, MOST_NAMED)
    .map(({ recordId, externalId }) => `${recordId} -> ${externalId ?? 'its id alone'}`);
  const rest = count > named.length ? [`and ${number(count - named.length)} more`] : [];
  const verb = isDry ? 'would get' : 'got';
  return [
    `  ${number(count)} ${verb} another external id, theirs being taken: ${[...named, ...rest].join(', ')}`,
  ];
}

function createdLines({ created: { users, projects } }: MigrationReport, isDry: boolean): string[] {
  const parts = [
    ...(users.length > 0 ? [`${counted(users.length, 'user', 'users')} (${shortList(users)})`] : []),
    ...(projects.length > 0
      ? [`${counted(projects.length, 'project', 'projects')} (${shortList(projects)})`]
      : []),
  ];
  return parts.length === 0 ? [] : [`${isDry ? 'Would create' : 'Created'} ${parts.join(' and ')}.`];
}

function shortList(items: readonly { readonly name: string }[]): string {
  const named = items.slice(0, MOST_NAMED).map(({ name }) => name);
  return [...named, ...(items.length > named.length ? ['...'] : [])].join(', ');
}

function lastLine(report: MigrationReport): string {
  const { runId, state, seconds } = report;
  const total = totalOf(report);
  if (state === 'dry-run') {
    const { writing, comparing } = estimatedSeconds(total, report.seconds);
    return (
      `Dry run: nothing was written. To write it would take about ${duration(writing)}, ` +
      `to compare it with the source then ${duration(comparing)}.`
    );
  }
  const written = counted(total.inserted + total.overwritten, 'memory', 'memories');
  return `Run ${runId} ${state}: ${written} written, this time in ${duration(seconds)}.`;
}

function counted(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
