/**
 * The service cannot start, and whoever started it can mend that. The message says what is wrong and what to do, in
 * one line, without secrets; it is printed alone, without a stack.
 */
export class StartupError extends Error {
  /** What the process ends with. */
  readonly exitCode: number = 1;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
