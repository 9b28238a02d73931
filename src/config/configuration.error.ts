import { StartupError } from '../common/startup.error';

/** The environment is not acceptable: one line for each wrong variable, no secrets. */
export class ConfigurationError extends StartupError {
  /** As of a command called wrongly. */
  override readonly exitCode = 2;

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}
