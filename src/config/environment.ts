import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync, ValidationError } from 'class-validator';
import { AppConfig, AuthConfig, ClientTimeouts, DEFAULT_RATE_LIMITS, Limits, RateLimits } from './app-config';
import { ConfigurationError } from './configuration.error';
import { EnvVariable, variablesOf } from './env-variable.decorator';
import { EnvDto } from './env.dto';

export type Environment = Readonly<Record<string, string | undefined>>;

const SHIPPED_MODELS = resolve(__dirname, '../../models');

/**
 * The configuration that the environment asks for. Reads nothing else.
 *
 * @throws ConfigurationError naming every variable that is wrong and what it takes.
 */
export function readAppConfig(environment: Environment): AppConfig {
  const variables = variablesOf(EnvDto);
  const given = variables.flatMap(({ name }) => (environment[name] ? [[name, environment[name]]] : []));
  const env = plainToInstance(EnvDto, Object.fromEntries(given));
  const problems = validateSync(env).map((error) => describe(error, variables));
  const rules = problems.length === 0 ? brokenRules(env) : [];
  if (problems.length + rules.length > 0) throw new ConfigurationError([...problems, ...rules]);
  return toAppConfig(env);
}

function describe({ property, value, constraints }: ValidationError, variables: EnvVariable[]): string {
  const takes = Object.values(constraints ?? {})[0];
  const secret = variables.find(({ name }) => name === property)?.secret === true;
  return `${property} takes ${takes}` + (secret ? '' : `, not ${JSON.stringify(value)}`);
}

function brokenRules(env: EnvDto): string[] {
  const problems: string[] = [];
  if (env.AUTH_MODE === 'off' && !isLoopback(env.HOST) && !env.ALLOW_UNAUTHENTICATED)
    problems.push(
      `HOST is ${env.HOST}, where others can reach the service, and AUTH_MODE=off lets them read everything: ` +
        'set AUTH_MODE=api-key, take a loopback address such as 127.0.0.1, or set ALLOW_UNAUTHENTICATED=true if something ' +
        'else keeps them out',
    );
  if (env.MEMORY_BACKEND === 'postgresql' && env.DATABASE_URL === undefined)
    problems.push('MEMORY_BACKEND=postgresql needs DATABASE_URL, which is not set');
  if (env.EMBEDDING_PROVIDER === 'http' && env.EMBEDDING_URL === undefined)
    problems.push('EMBEDDING_PROVIDER=http needs EMBEDDING_URL, which is not set');
  return problems;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Texts between commas. */
function listOf(text = ''): string[] {
  return text === '' ? [] : text.split(',').map((part) => part.trim());
}

function toAppConfig(env: EnvDto): AppConfig {
  return {
    server: {
      host: env.HOST,
      port: env.PORT,
      corsOrigins: listOf(env.CORS_ORIGINS),
      allowedHosts: listOf(env.ALLOWED_HOSTS?.toLowerCase()),
      allowUnauthenticated: env.ALLOW_UNAUTHENTICATED,
      logLevel: env.LOG_LEVEL,
      timeouts: toTimeouts(env),
    },
    auth: {
      mode: env.AUTH_MODE,
      keysFile: resolve(env.KEYS_FILE ?? `${resolve(env.CHROMA_PATH)}.keys.json`),
      unknownKeys: env.RATE_LIMIT_UNKNOWN_KEYS,
    },
    memory: { backend: env.MEMORY_BACKEND, textSearchLanguage: env.TEXT_SEARCH_LANGUAGE },
    chroma: {
      url: env.CHROMA_URL,
      path: resolve(env.CHROMA_PATH),
      command: env.CHROMA_COMMAND,
      apiKey: env.CHROMA_API_KEY,
      tenant: env.CHROMA_TENANT,
      database: env.CHROMA_DATABASE,
    },
    database: {
      url: env.DATABASE_URL,
      adminUrl: env.DATABASE_ADMIN_URL ?? env.DATABASE_URL,
      poolSize: env.DATABASE_POOL_SIZE,
      connectTimeoutMs: env.DATABASE_CONNECT_TIMEOUT_MS,
      statementTimeoutMs: env.DATABASE_STATEMENT_TIMEOUT_MS,
      exactUpTo: env.DATABASE_EXACT_SEARCH_UP_TO,
      migrations: env.DATABASE_MIGRATIONS === 'on',
    },
    embedding: {
      provider: env.EMBEDDING_PROVIDER,
      model: env.EMBEDDING_MODEL,
      modelsPath: resolve(env.MODELS_PATH ?? SHIPPED_MODELS),
      threads: env.EMBEDDING_THREADS ?? Math.min(4, availableParallelism()),
      batchTokens: env.EMBEDDING_BATCH_TOKENS,
      queueLimit: env.EMBEDDING_QUEUE_LIMIT,
      cacheSize: env.EMBEDDING_CACHE_SIZE,
      url: env.EMBEDDING_URL,
      apiKey: env.EMBEDDING_API_KEY,
      dimensions: env.EMBEDDING_DIMENSIONS,
    },
    limits: toLimits(env),
    rateLimits: toRateLimits(env.AUTH_MODE, env),
  };
}

function toTimeouts(env: EnvDto): ClientTimeouts {
  return {
    headersMs: Math.min(env.HEADERS_TIMEOUT_MS, env.REQUEST_TIMEOUT_MS),
    requestMs: env.REQUEST_TIMEOUT_MS,
    answerMs: env.ANSWER_TIMEOUT_MS,
  };
}

/** Without keys everybody may have one address, that of this machine or of a proxy: no limit unless it is asked for. */
function toRateLimits(mode: AuthConfig['mode'], env: EnvDto): RateLimits {
  const usual = mode === 'off' ? { search: 0, store: 0, admin: 0 } : DEFAULT_RATE_LIMITS;
  return {
    search: env.RATE_LIMIT_SEARCH ?? usual.search,
    store: env.RATE_LIMIT_STORE ?? usual.store,
    admin: env.RATE_LIMIT_ADMIN ?? usual.admin,
  };
}

function toLimits(env: EnvDto): Limits {
  return {
    bodyBytes: env.MAX_BODY_BYTES,
    contentCharacters: env.MAX_CONTENT_CHARACTERS,
    queryCharacters: env.MAX_QUERY_CHARACTERS,
    metadataBytes: env.MAX_METADATA_BYTES,
    metadataKeys: env.MAX_METADATA_KEYS,
    metadataDepth: env.MAX_METADATA_DEPTH,
    externalIdBytes: env.MAX_EXTERNAL_ID_BYTES,
    labelBytes: env.MAX_LABEL_BYTES,
    projectNameCharacters: env.MAX_PROJECT_NAME_CHARACTERS,
    batchMemories: env.MAX_BATCH_MEMORIES,
    results: env.MAX_RESULTS,
    filterDepth: env.MAX_FILTER_DEPTH,
    filterConditions: env.MAX_FILTER_CONDITIONS,
  };
}
