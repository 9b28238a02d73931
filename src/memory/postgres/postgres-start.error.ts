import { StartupError } from '../../common/startup.error';

/** Why PostgreSQL cannot be used. */
export type StartProblem =
  | 'unreachable'
  | 'too-old'
  | 'not-utf8'
  | 'extension'
  | 'roles'
  | 'schema'
  | 'isolation'
  | 'model'
  | 'in-use';

/** PostgreSQL cannot be used as it is; the message tells the operator what to do and carries no password. */
export class PostgresStartError extends StartupError {
  constructor(
    readonly problem: StartProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether it is the server that is not fit rather than what we keep there: then `auto` takes ChromaDB instead. */
  get serverUnfit(): boolean {
    return ['unreachable', 'too-old', 'not-utf8', 'extension'].includes(this.problem);
  }
}
