/** One thing wrong with the input: the field as the caller wrote it (`memories[3].content`) and what it takes. */
export interface FieldProblem {
  readonly field: string;
  readonly reason: string;
}

/** What kind of failure it is; the HTTP status of each is in `domain-error.filter.ts` and nowhere else. */
export type ErrorKind =
  | 'malformed'
  | 'invalid'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'unauthorized'
  | 'forbidden'
  | 'unavailable';

/**
 * A failure that the caller is told about. `code` is stable and part of the API; `message` is for people, says what
 * to do, and never carries SQL, stacks, secrets or memory text.
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
  readonly fields: readonly FieldProblem[] = [];
  /** Seconds; set on `unavailable`. */
  readonly retryAfter?: number;
}

/** The input is well formed but not acceptable; names every field that is wrong. */
export class InvalidInputError extends DomainError {
  readonly code = 'invalid_input';
  readonly kind = 'invalid';

  constructor(override readonly fields: readonly FieldProblem[]) {
    super(fields.map(({ field, reason }) => `${field}: ${reason}`).join('; '));
  }
}
