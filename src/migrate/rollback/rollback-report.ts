import type { JsonObject } from '../../memory/memory';
import { KEEP_REASONS, KeepReason, Kept, KeptMemory, OwnersRolledBack, RollbackReport } from './rollback';

/** A rollback for programs; part of what the commands promise. */
export function rollbackJson({ removed, restored, kept, projects, users }: RollbackReport): JsonObject {
  return {
    removed,
    restored,
    kept: KEEP_REASONS.flatMap((reason) => (kept[reason] ? [keptJson(reason, kept[reason])] : [])),
    projects: ownersJson(projects),
    users: ownersJson(users),
  };
}

function keptJson(reason: KeepReason, { count, examples }: Kept): JsonObject {
  return {
    reason: reason.replace(' ', '_'),
    count,
    examples: examples.map(({ userId, id, externalId }) => ({
      user_id: userId,
      id,
      external_id: externalId,
    })),
  };
}

function ownersJson({ removed, kept }: OwnersRolledBack): JsonObject {
  return { removed, kept: [...kept] };
}

const MEANING: Record<KeepReason, string> = {
  changed: 'changed here since, and kept',
  'later run': 'overwritten by a later run since: take that back first, then this one again',
  gone: 'had been overwritten, and what was written then is deleted or has expired since: stay away',
  taken: 'had been overwritten, but another memory has their external id since: not restored',
};

/** Of projects and users so many are named to people. */
const MOST_NAMED = 10;

/** A rollback for people. */
export function rollbackText(report: RollbackReport, runId: string): string {
  const { removed, restored, kept, projects, users } = report;
  return [
    `Run ${runId} is taken back: ${number(removed)} of its memories removed, ${number(restored)} restored as they were before.`,
    ...KEEP_REASONS.flatMap((reason) => (kept[reason] ? [keptLine(reason, kept[reason])] : [])),
    ...ownersLine('projects', projects),
    ...ownersLine('users', users),
  ].join('\n');
}

function keptLine(reason: KeepReason, { count, examples }: Kept): string {
  const more = count > examples.length ? ', ...' : '';
  return `  ${number(count)} ${MEANING[reason]}: ${examples.map(nameOf).join(', ')}${more}`;
}

function nameOf({ userId, id, externalId }: KeptMemory): string {
  return `${externalId === null ? id : JSON.stringify(externalId)} of user ${userId}`;
}

function ownersLine(what: string, { removed, kept }: OwnersRolledBack): string[] {
  if (removed === 0 && kept.length === 0) return [];
  const named = kept.slice(0, MOST_NAMED).join(', ') + (kept.length > MOST_NAMED ? ', ...' : '');
  const rest = kept.length === 0 ? '' : `; in use and kept: ${named}`;
  return [`  Of the ${what} that it had made, ${number(removed)} removed${rest}`];
}

function number(value: number): string {
  return value.toLocaleString('en');
}
