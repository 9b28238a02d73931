/** What every command ends with. */
export const EXIT = {
  done: 0,
  /** Done, and found something that the user should look at. */
  findings: 1,
  /** Called wrongly: nothing was done. */
  usage: 2,
  /** What was to be read or reached is not there, damaged or in use. */
  unavailable: 3,
  /** Ended by Ctrl-C, in order. */
  interrupted: 130,
} as const;

/** A command was called in a way that it does not take. */
export class UsageError extends Error {
  readonly exitCode = EXIT.usage;
}
