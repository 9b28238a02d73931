import { DomainError } from '../common/domain.error';
import { StartupError } from '../common/startup.error';
import { UsageError } from '../cli/exit-code';
import type { Reject } from './rejects-file';

/** A user of the source, and who has that id or that name here. */
export interface TakenUser {
  /** The name is undefined where the source has none. */
  readonly wanted: { readonly id: number; readonly name: string | undefined };
  readonly existing: { readonly id: number; readonly name: string };
}

/** Users of the source have an id or a name here that is somebody else's. Nothing of theirs was migrated. */
export class UserTakenError extends UsageError {
  constructor(readonly taken: readonly TakenUser[]) {
    const [named] = taken.filter(({ wanted }) => wanted.name !== undefined);
    const lines = taken.map(
      ({ wanted, existing }) =>
        `User ${wanted.id} of the source is called ${JSON.stringify(wanted.name ?? `user-${wanted.id}`)}; here user ` +
        `${existing.id} is ${JSON.stringify(existing.name)}.`,
    );
    super([...lines, 'Nothing of theirs was migrated.', ...(named ? [adviceFor(named)] : [])].join('\n'));
  }
}

function adviceFor({ wanted: { id }, existing }: TakenUser): string {
  return (
    `Say who is who: --map-user ${id}=${existing.id} if user ${id} is user ${existing.id} here, --map-user ${id}=N with ` +
    'an id N that is free if not.'
  );
}

/** A record that cannot be taken, in a run that was to end there. Nothing of its batch was written. */
export class RejectedRecordError extends DomainError {
  readonly code = 'record_rejected';
  /** Not of the call, which is right, but of what the source holds with what a memory can be. */
  readonly kind = 'conflict';

  constructor({ collection, id, reason }: Pick<Reject, 'collection' | 'id' | 'reason'>) {
    super(
      `${JSON.stringify(id)} of ${collection} cannot be migrated: ${reason}. --strict ends the run here.`,
    );
  }
}

/** A run ended before it was finished, for a reason that is the `cause`. It can be resumed. */
export class BrokenOffError extends Error {
  constructor(
    readonly runId: string,
    cause: unknown,
  ) {
    super(`Run ${runId} is not finished.`, { cause });
  }
}

/** Others wrote to the source while it was being read. */
export class SourceChangedError extends StartupError {
  constructor(collection: string) {
    super(
      `${collection} changed while it was being read, so that memories may be missing: stop what writes to it, then ` +
        'resume. To take it as it is: --allow-live.',
    );
  }
}
