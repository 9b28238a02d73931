import type { OpenAPIObject } from '@nestjs/swagger';
import { addProblems, ProblemExample } from '../common/api-call.decorator';
import type { DomainError } from '../common/domain.error';
import {
  InvalidKeyError,
  KeysUnavailableError,
  OtherProjectError,
  TooManyUnknownKeysError,
} from './auth.errors';

interface Operation {
  readonly responses: Record<string, unknown>;
  security?: unknown;
}

const LAST_MAY = new Date('2026-05-08T13:56:00Z');

/** What any call that takes a key can be refused with, beside what `RequiresScope` says of it. */
const REFUSALS: readonly ProblemExample[] = [
  refusal(401, InvalidKeyError.expired(LAST_MAY)),
  refusal(401, InvalidKeyError.revoked(LAST_MAY)),
  refusal(429, new TooManyUnknownKeysError(60, 1)),
  refusal(503, new KeysUnavailableError({})),
];

/** Says of every call that takes a key how it is refused. */
export function describeKeys({ paths }: OpenAPIObject): void {
  for (const { security, responses } of operationsOf(paths)) {
    if (!security) continue;
    addProblems(responses, REFUSALS);
    if (JSON.stringify(responses['403']).includes('other_user'))
      addProblems(responses, [refusal(403, new OtherProjectError())]);
  }
}

/** Where everybody may call, nobody is asked for a key and nobody is refused for one. */
export function leaveKeysOut({ paths, components }: OpenAPIObject): void {
  delete components?.securitySchemes;
  for (const operation of operationsOf(paths)) {
    delete operation.security;
    for (const status of ['401', '403']) delete operation.responses[status];
  }
}

function operationsOf(paths: OpenAPIObject['paths']): Operation[] {
  return Object.values(paths).flatMap((path) => Object.values(path as Record<string, Operation>));
}

function refusal(status: number, { code, message: detail }: DomainError): ProblemExample {
  return { status, code, detail };
}
