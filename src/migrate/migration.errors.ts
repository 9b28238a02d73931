import { StartupError } from '../common/startup.error';
import { UsageError } from '../cli/exit-code';

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

/** A record that cannot be taken, in a run that was to end there. */
export class RejectedRecordError extends Error {
  constructor({
    collection,
    id,
    reason,
  }: {
    readonly collection: string;
    readonly id: string;
    readonly reason: string;
  }) {
    super(
      `${JSON.stringify(id)} of ${collection} cannot be migrated: ${reason}. --strict ends the run here.`,
    );
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
