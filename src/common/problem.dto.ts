import type { FieldProblem } from './domain.error';

/** One thing wrong with the input. */
export class ProblemFieldDto {
  /**
   * Where it is, as a path into the body or the name of a parameter.
   * @example "memories[3].content"
   */
  readonly field!: string;

  /**
   * What it takes.
   * @example "is required"
   */
  readonly reason!: string;
}

/** Every error, as `application/problem+json` (RFC 9457). */
export class ProblemDto {
  /**
   * Names the kind of problem; stable.
   * @example "urn:wisdom-memory:problem:invalid_input"
   */
  readonly type!: string;

  /**
   * The kind of problem for people.
   * @example "Invalid input"
   */
  readonly title!: string;

  /**
   * The HTTP status.
   * @example 422
   */
  readonly status!: number;

  /**
   * What went wrong this time and what to do.
   * @example "content: is required"
   */
  readonly detail!: string;

  /**
   * The kind of problem for programs; stable.
   * @example "invalid_input"
   */
  readonly code!: string;

  /** Every field that is wrong; empty where the problem is not one of fields. */
  readonly errors!: ProblemFieldDto[];

  /**
   * Also in the header `X-Request-Id`, and in the log.
   * @example "5b1d4c0e-0a3c-4b0e-9d8e-2f6a1c7b9e10"
   */
  readonly request_id!: string;
}

/** What a problem document is made of. */
export type ProblemParts = Pick<ProblemDto, 'status' | 'code' | 'detail' | 'request_id'> & {
  readonly errors?: readonly FieldProblem[];
};

export function problemDto({ status, code, detail, errors = [], request_id }: ProblemParts): ProblemDto {
  const words = code.replaceAll('_', ' ');
  return {
    type: `urn:wisdom-memory:problem:${code}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status,
    detail,
    code,
    errors: [...errors],
    request_id,
  };
}
