import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { describeKeys, leaveKeysOut } from './auth/keys.swagger';
import { KEY_SCHEME } from './auth/required-scope.decorator';
import { LIMIT_EXTENSION } from './common/validation.decorator';
import { VERSION } from './common/version';
import type { AppConfig, Limits } from './config/app-config';
import { mostJsonParts, singleBodyBytes } from './memory/rules/body-size';
import { MEMORIES, SEARCH, SERVICE, SESSIONS } from './memory/docs/memory-problems';

/** Serves Swagger UI at `/docs` and the document at `/docs-json`. Everything it needs comes from here, offline too. */
export function setUpOpenApi(app: INestApplication, config: AppConfig): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app, config), {
    jsonDocumentUrl: 'docs-json',
    customSiteTitle: 'Wisdom Memory',
    // The badge of a validator elsewhere: not offline, and not allowed by our own policy.
    swaggerOptions: {
      deepLinking: true,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      validatorUrl: null,
    },
  });
}

/** The OpenAPI document, with the limits that are configured, and keys where they are taken. */
export function openApiDocument(
  app: INestApplication,
  { limits, auth, rateLimits }: AppConfig,
): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Wisdom Memory')
    .setDescription(description(limits, auth.mode))
    .setVersion(VERSION)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addTag(MEMORIES, 'Store, read, change, list and delete.')
    .addTag(SEARCH, 'Find by words and meaning.')
    .addTag(SESSIONS, 'What belongs together.')
    .addTag(SERVICE, 'How the service is, and how much there is.')
    .addTag('Operation', 'For the machines that watch the service.')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'wm_<prefix>_<secret>' }, KEY_SCHEME)
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    autoTagControllers: false,
    operationIdFactory,
  });
  if (auth.mode === 'api-key') describeKeys(document);
  const isCounted = Object.values(rateLimits).some((limit) => limit > 0);
  for (const path of Object.values(document.paths))
    for (const operation of Object.values(path as Record<string, Operation>)) complete(operation, isCounted);
  if (auth.mode === 'off') leaveKeysOut(document);
  withLimits(document, limits);
  refuseOtherFields(document);
  return document;
}

/** What generated clients call it: `memoryStore`, `projectContext`. */
function operationIdFactory(controller: string, method: string): string {
  const feature = controller.replace('Controller', '').toLowerCase();
  return feature + method.charAt(0).toUpperCase() + method.slice(1);
}

interface Operation {
  readonly parameters?: Parameter[];
  readonly requestBody?: unknown;
  readonly responses?: Record<string, { headers?: object }>;
  security?: unknown;
}

interface Parameter {
  readonly in: string;
  schema?: { readonly type?: string; example?: unknown; nullable?: boolean };
  content?: object;
}

const REQUEST_ID = {
  description: 'Yours, if you sent a sane one; also in the log and in errors.',
  schema: { type: 'string' },
};

const CHALLENGE = { description: 'What is missing (RFC 6750).', schema: { type: 'string' } };

const RETRY_AFTER = { description: 'Seconds after which to try again.', schema: { type: 'integer' } };

/** Where requests are counted, every answer of those that reach the call has them. */
const RATE_LIMIT = {
  'RateLimit-Limit': { description: 'Requests of this kind a minute.', schema: { type: 'integer' } },
  'RateLimit-Remaining': { description: 'Those left at once.', schema: { type: 'integer' } },
  'RateLimit-Reset': { description: 'Seconds until all of them are back.', schema: { type: 'integer' } },
};

/** What is true of every call: headers of answers; parameters have no examples, and objects among them are JSON. */
function complete({ parameters = [], responses = {}, security }: Operation, isCounted: boolean): void {
  for (const [status, response] of Object.entries(responses))
    response.headers = {
      'X-Request-Id': REQUEST_ID,
      ...(status === '503' || status === '429' ? { 'Retry-After': RETRY_AFTER } : {}),
      ...(status === '429' || (isCounted && security && status < '300') ? RATE_LIMIT : {}),
      ...(status === '401' ? { 'WWW-Authenticate': CHALLENGE } : {}),
      ...response.headers,
    };
  for (const parameter of parameters.filter((candidate) => candidate.in === 'query')) {
    // The page would send it with the first click, and then wonder why nothing is found.
    delete parameter.schema?.example;
    // It is there or not: a query has no null.
    delete parameter.schema?.nullable;
    if (parameter.schema?.type !== 'object') continue;
    parameter.content = { 'application/json': { schema: parameter.schema, example: {} } };
    delete parameter.schema;
  }
}

/** Says of every schema that a request body consists of that other fields are refused. */
function refuseOtherFields({ paths, components }: OpenAPIObject): void {
  const close = (part: unknown): void => {
    for (const [, name] of JSON.stringify(part ?? {}).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      const schema = components!.schemas![name!] as Record<string, unknown>;
      schema.additionalProperties = false;
      close(schema.properties);
    }
  };
  for (const path of Object.values(paths))
    for (const { requestBody } of Object.values(path as Record<string, Operation>)) close(requestBody);
}

/** What bounds a value of a type. */
const BOUND_OF: Readonly<Record<string, string>> = { array: 'maxItems', integer: 'maximum' };

/** Puts the configured limits where the decorators of the fields named them. */
function withLimits(part: unknown, limits: Limits): void {
  if (typeof part !== 'object' || part === null) return;
  const named = part as Record<string, unknown>;
  const limit = named[LIMIT_EXTENSION] as keyof Limits | undefined;
  if (limit !== undefined) {
    // Swagger leaves the extension of a parameter's schema beside the schema.
    const schema = (named.schema ?? named) as Record<string, unknown>;
    schema[BOUND_OF[String(schema.type)] ?? 'maxLength'] = limits[limit];
    delete named[LIMIT_EXTENSION];
  }
  for (const nested of Object.values(named)) withLimits(nested, limits);
}

const USERS: Readonly<Record<AppConfig['auth']['mode'], string>> = {
  off: '`user_id`, a positive integer, 1 if not given.',
  'api-key':
    "that of the key, sent as `Authorization: Bearer wm_...`. `user_id` may be left out; another than the key's is refused. A key may " +
    'be for one project alone, and lets do what its scopes say: `read`, `write`, `admin`.',
};

function description(limits: Limits, mode: AppConfig['auth']['mode']): string {
  const keysIn = (path: string) => mostJsonParts(path, limits).keys.toLocaleString('en');
  return `A self-hosted semantic memory for AI agents and assistants: it keeps what was said or learned, and finds it again by meaning,
words and filters.

**Users.** Every call works inside one user's memories: ${USERS[mode]} Nothing of anybody else is
ever read, counted or changed.

**Errors** are \`application/problem+json\` (RFC 9457): \`detail\` says what is wrong and what to do, \`code\` is stable, \`errors[]\` names
each field, \`request_id\` is also in the header \`X-Request-Id\` and in the log. Unknown fields and parameters are refused by name. A method
that a path does not take is 405, with those it takes in \`Allow\`.

**Limits**, each configurable:

| what | at most |
| --- | --- |
| body of \`POST /store/batch\` | ${limits.bodyBytes.toLocaleString('en')} bytes, ${keysIn('/api/memory/store/batch')} keys |
| body of any other request | ${singleBodyBytes(limits).toLocaleString('en')} bytes, ${keysIn('/api/memory/store')} keys |
| \`content\` | ${limits.contentCharacters.toLocaleString('en')} characters |
| \`query\` | ${limits.queryCharacters.toLocaleString('en')} characters |
| \`metadata\` | ${limits.metadataBytes.toLocaleString('en')} bytes as JSON, ${limits.metadataKeys} keys, ${limits.metadataDepth} levels |
| \`external_id\` | ${limits.externalIdBytes} bytes of UTF-8 |
| \`agent_id\`, \`speaker\`, \`content_type\`, \`session_type\` | ${limits.labelBytes} bytes of UTF-8 |
| name of a project | ${limits.projectNameCharacters} characters |
| memories in one call | ${limits.batchMemories} |
| results of a search, memories of a page | ${limits.results} |
| \`metadata_filter\` | ${limits.filterDepth} levels, ${limits.filterConditions} conditions |`;
}
