import { applyDecorators, Type } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOperation, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { FieldProblem } from './domain.error';
import { ProblemDto, problemDto } from './problem.dto';

/** Examples by name, as Swagger lists them. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: object }>>;

/** An error that a call can answer. */
export interface ProblemExample {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly FieldProblem[];
}

export interface CallDocumentation {
  readonly tag: string;
  readonly summary: string;
  /** Markdown: what it does, its limits, its corners. */
  readonly description: string;
  readonly body?: { readonly type: Type; readonly examples: Examples; readonly optional?: boolean };
  readonly answer: {
    readonly status?: number;
    readonly type?: Type;
    readonly description: string;
    readonly examples?: Examples;
  };
  /** Beside those that every call can answer. */
  readonly problems?: readonly ProblemExample[];
}

const REQUEST_ID = '5b1d4c0e-0a3c-4b0e-9d8e-2f6a1c7b9e10';

const INVALID: ProblemExample = {
  status: 422,
  code: 'invalid_input',
  detail: 'user_id: must be a whole number from 1 to 9007199254740991',
  errors: [{ field: 'user_id', reason: 'must be a whole number from 1 to 9007199254740991' }],
};

const COMMON: readonly ProblemExample[] = [
  { status: 400, code: 'malformed_request', detail: 'The query string is not valid percent-encoding.' },
  {
    status: 429,
    code: 'too_many_requests',
    detail: 'More than 1200 search requests a minute. Try again in 1 s.',
  },
  {
    status: 500,
    code: 'internal_error',
    detail: 'Something failed inside the service. Its log says what, under the request_id of this answer.',
  },
  {
    status: 503,
    code: 'backend_unavailable',
    detail: 'The store does not answer. What was acknowledged before is safe; try again.',
  },
];

const OF_BODIES: readonly ProblemExample[] = [
  { status: 400, code: 'malformed_request', detail: 'The body is not valid JSON at position 12.' },
  { status: 413, code: 'body_too_large', detail: 'The body has more than 2858752 bytes.' },
  { status: 415, code: 'unsupported_media_type', detail: 'Send the body as application/json, in UTF-8.' },
];

const MEANING: Readonly<Record<number, string>> = {
  400: 'Malformed: no JSON, or broken percent-encoding.',
  401: 'No key, or not one that is good.',
  403: 'The key is good, but not for this. Nothing was done.',
  404: 'There is no such thing.',
  409: 'Something is not as the caller expects. Nothing was changed.',
  413: 'Too large. Nothing was stored.',
  415: 'Not application/json in UTF-8.',
  422: 'Understood but not acceptable; `errors` names each field. Nothing was changed.',
  429: 'Too often; `Retry-After` says when to try again. Nothing was done.',
  500: 'A failure inside the service.',
  503: 'It cannot answer now; `Retry-After` says when to try again.',
};

/** Documents a call in Swagger: what it takes, what it answers, and every error as problem+json. */
export function ApiCall({
  tag,
  summary,
  description,
  body,
  answer,
  problems = [],
}: CallDocumentation): MethodDecorator {
  const { status = 200, ...response } = answer;
  const all = [...problems, ...(body ? OF_BODIES : []), INVALID, ...COMMON];
  return applyDecorators(
    ApiTags(tag),
    ApiOperation({ summary, description }),
    ...(body ? [ApiBody({ type: body.type, examples: { ...body.examples }, required: !body.optional })] : []),
    ApiResponse({ status, ...response }),
    ApiProblems(all),
  );
}

/** Documents errors as problem+json, all of those with a status together. */
export function ApiProblems(problems: readonly ProblemExample[]): MethodDecorator {
  const statuses = new Set(problems.map(({ status }) => status));
  return applyDecorators(
    ...[...statuses].map((code) =>
      problemResponse(
        code,
        problems.filter(({ status }) => status === code),
      ),
    ),
    ApiExtraModels(ProblemDto),
  );
}

/** Adds errors to what a call of a finished document answers; where there are others of a status, beside them. */
export function addProblems(responses: Record<string, unknown>, problems: readonly ProblemExample[]): void {
  for (const problem of problems) {
    const { content, description } = problemAnswer(problem.status, [problem]);
    const response = (responses[problem.status] ??= { description, content }) as ProblemAnswer;
    Object.assign(response.content[PROBLEM_JSON].examples, content[PROBLEM_JSON].examples);
  }
}

function problemResponse(status: number, problems: readonly ProblemExample[]): MethodDecorator {
  return ApiResponse({ status, ...problemAnswer(status, problems) });
}

const PROBLEM_JSON = 'application/problem+json';

interface ProblemAnswer {
  readonly description: string | undefined;
  readonly content: Record<typeof PROBLEM_JSON, { readonly schema: { $ref: string }; examples: Examples }>;
}

/** Examples are named by their code, and numbered where several have the same. */
function problemAnswer(status: number, problems: readonly ProblemExample[]): ProblemAnswer {
  const examples = problems.map((problem, i) => {
    const equal = problems.filter(({ code }) => code === problem.code);
    const number = problems.slice(0, i + 1).filter(({ code }) => code === problem.code).length;
    return [
      equal.length > 1 ? `${problem.code} ${number}` : problem.code,
      { summary: problem.detail, value: problemDto({ ...problem, request_id: REQUEST_ID }) },
    ];
  });
  const schema = { $ref: getSchemaPath(ProblemDto) };
  const content = { [PROBLEM_JSON]: { schema, examples: Object.fromEntries(examples) as Examples } };
  return { description: MEANING[status], content };
}
