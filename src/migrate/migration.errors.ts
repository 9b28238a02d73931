import { DomainError } from '../common/domain.error';
import { StartupError } from '../common/startup.error';
import { UsageError } from '../cli/exit-code';
import type { Reject } from './rejects-file';

/** A user of the source has an id or a name here that is somebody else's. Nothing of that user was migrated. */
export class UserTakenError extends UsageError {
  constructor(
    readonly wanted: { readonly id: number; readonly name: string },
    readonly existing: { readonly id: number; readonly name: string },
  ) {
    super(
      `User ${wanted.id} is called ${JSON.stringify(wanted.name)} in the source; here user ${existing.id} is ` +
        `${JSON.stringify(existing.name)}. Nothing of that user was migrated.`,
    );
  }
}

/** A record that cannot be taken, in a run that was to end there. Nothing of its batch was written. */
export class RejectedRecordError extends DomainError {
  readonly code = 'record_rejected';
  readonly kind = 'invalid';

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
