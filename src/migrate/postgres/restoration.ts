import type { KeepReason } from '../rollback/rollback';

/** What an import replaced. */
export interface Replaced {
  readonly id: string;
  readonly externalId: string | null;
}

/** A memory that is there now. */
export interface Current extends Replaced {
  /** Written last by the run that is taken back. */
  readonly isOfRun: boolean;
  /** Not changed since. */
  readonly isUntouched: boolean;
}

/** What becomes of a memory that was replaced: it comes back in the place of what replaced it, or does not. */
export type Restoration =
  | { readonly kind: 'restore'; readonly replaced: Replaced; readonly instead: Current }
  /** `current` is what stays in its place, if anything does. */
  | {
      readonly kind: 'keep';
      readonly replaced: Replaced;
      readonly reason: KeepReason;
      readonly current?: Current;
    };

/** @param current everything that has an id or an external id of those that were replaced. */
export function restorationsOf(replaced: readonly Replaced[], current: readonly Current[]): Restoration[] {
  const byId = new Map(current.map((memory) => [memory.id, memory]));
  const byExternalId = new Map(current.map((memory) => [memory.externalId, memory]));
  return replaced.map((memory) => {
    const named = memory.externalId === null ? undefined : byExternalId.get(memory.externalId);
    const same = byId.get(memory.id);
    return restorationOf(memory, same ?? (named?.isOfRun ? named : undefined), named);
  });
}

function restorationOf(
  replaced: Replaced,
  replacement: Current | undefined,
  named: Current | undefined,
): Restoration {
  const keep = (reason: KeepReason, current = replacement): Restoration => ({
    kind: 'keep',
    replaced,
    reason,
    current,
  });
  if (!replacement) return named ? keep('taken', named) : keep('gone');
  if (!replacement.isOfRun) return keep('later run');
  if (!replacement.isUntouched) return keep('changed');
  // What the run wrote makes way by itself.
  const isFree = !named || named === replacement || (named.isOfRun && named.isUntouched);
  return isFree ? { kind: 'restore', replaced, instead: replacement } : keep('taken');
}
