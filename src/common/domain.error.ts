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
  | 'too-many'
  | 'unavailable';

/**
 * A failure that the caller is told about. `code` is stable and part of the API; `message` is for people, says what
 * to do, and never carries SQL, stacks, secrets or memory text.
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
  readonly fields: readonly FieldProblem[] = [];
  /** Seconds; set on `unavailable` and `too-many`. */
  readonly retryAfter?: number;
}

/** What came in cannot be read at all: no JSON, no valid percent-encoding. */
export class MalformedRequestError extends DomainError {
  readonly code = 'malformed_request';
  readonly kind = 'malformed';
}

/** More than the call can need. */
export class BodyTooLargeError extends DomainError {
  readonly code = 'body_too_large';
  readonly kind = 'too-large';

  /** @param limit fitting after "more than": `100 bytes`. */
  constructor(limit: string) {
    super(`The body has more than ${limit}.`);
  }
}

/** Problems that one answer lists; the rest follows when these are mended. */
export const MOST_PROBLEMS = 1_000;

/** How many wrong fields the message spells out; `fields` has more of them. */
const FIELDS_IN_MESSAGE = 5;

/** Characters of a field that an answer repeats: keys of metadata are the caller's, as long as the body. */
const LONGEST_FIELD = 300;

/** The input is well formed but not acceptable; names every field that is wrong, up to `MOST_PROBLEMS`. */
export class InvalidInputError extends DomainError {
  readonly code = 'invalid_input';
  readonly kind = 'invalid';

  override readonly fields: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    const fields = problems
      .slice(0, MOST_PROBLEMS)
      .map(({ field, reason }) => ({ field: shortened(field), reason }));
    const told = fields.slice(0, FIELDS_IN_MESSAGE).map(({ field, reason }) => `${field}: ${reason}`);
    const untold = problems.length - told.length;
    super(told.join('; ') + (untold > 0 ? `; and ${untold} more` : ''));
    this.fields = fields;
  }
}

function shortened(field: string): string {
  return field.length > LONGEST_FIELD ? `${field.slice(0, LONGEST_FIELD)}…` : field;
}
