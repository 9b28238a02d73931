/** The environment is not acceptable. The message is for the operator: one line for each wrong variable, no secrets. */
export class ConfigurationError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigurationError';
  }
}
