import { resolve } from 'node:path';
import { ConfigurationError } from './configuration.error';
import { variablesOf } from './env-variable.decorator';
import { EnvDto } from './env.dto';
import { Environment, readAppConfig } from './environment';

function problemsOf(environment: Environment): readonly string[] {
  try {
    readAppConfig(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('readAppConfig', () => {
  it('has a default for everything that is needed', () => {
    const config = readAppConfig({});
    expect(config.server).toEqual({
      host: '127.0.0.1',
      port: 8000,
      corsOrigins: [],
      allowedHosts: [],
      allowUnauthenticated: false,
      logLevel: 'info',
      timeouts: { headersMs: 10_000, requestMs: 60_000, answerMs: 30_000 },
    });
    expect(config.rateLimits).toEqual({ search: 0, store: 0, admin: 0 });
    expect(config.memory.backend).toBe('auto');
    expect(config.chroma.path).toBe(resolve('data/chroma'));
    expect(config.embedding.modelsPath).toBe(resolve(__dirname, '../../models'));
  });

  it('takes values, and an empty one as none', () => {
    const config = readAppConfig({
      PORT: '0',
      CORS_ORIGINS: 'https://a.example, http://localhost:3000',
      ALLOWED_HOSTS: 'Memory.Example,b.example',
      DATABASE_URL: 'postgresql://me:secret@db/wisdom',
      DATABASE_MIGRATIONS: 'off',
      MAX_LABEL_BYTES: '64',
      CHROMA_URL: '',
    });
    expect(config.server.port).toBe(0);
    expect(config.server.corsOrigins).toEqual(['https://a.example', 'http://localhost:3000']);
    expect(config.server.allowedHosts).toEqual(['memory.example', 'b.example']);
    expect(config.database.adminUrl).toBe('postgresql://me:secret@db/wisdom');
    expect(config.database.migrations).toBe(false);
    expect(config.limits.labelBytes).toBe(64);
    expect(config.chroma.url).toBeUndefined();
  });

  it.each<[string, Environment, string[]]>([
    ['not a number', { PORT: '80a' }, ['PORT takes a whole number from 0 to 65535, not "80a"']],
    ['too large', { PORT: '65536' }, ['PORT takes a whole number from 0 to 65535, not 65536']],
    [
      'not whole',
      { DATABASE_POOL_SIZE: '1.5' },
      ['DATABASE_POOL_SIZE takes a whole number from 1 to 1000, not "1.5"'],
    ],
    ['hexadecimal', { PORT: '0x50' }, ['PORT takes a whole number from 0 to 65535, not "0x50"']],
    [
      'not a choice',
      { MEMORY_BACKEND: 'sqlite' },
      ['MEMORY_BACKEND takes `auto`, `postgresql` or `chromadb`, not "sqlite"'],
    ],
    [
      'not a flag',
      { ALLOW_UNAUTHENTICATED: 'yes' },
      ['ALLOW_UNAUTHENTICATED takes `true` or `false`, not "yes"'],
    ],
    [
      'a path in an origin',
      { CORS_ORIGINS: 'https://a.example/x' },
      [expect.stringMatching(/^CORS_ORIGINS takes origins/)],
    ],
    [
      'a needed variable',
      { MEMORY_BACKEND: 'postgresql' },
      ['MEMORY_BACKEND=postgresql needs DATABASE_URL, which is not set'],
    ],
    [
      'an embedding server without address',
      { EMBEDDING_PROVIDER: 'http' },
      ['EMBEDDING_PROVIDER=http needs EMBEDDING_URL, which is not set'],
    ],
  ])('refuses %s: %j', (_, environment, problems) => {
    expect(problemsOf(environment)).toEqual(problems);
  });

  it('lists everything that is wrong', () => {
    expect(problemsOf({ PORT: 'x', LOG_LEVEL: 'loud' }).map((line) => line.split(' ')[0])).toEqual([
      'PORT',
      'LOG_LEVEL',
    ]);
  });

  it.each(['DATABASE_URL', 'DATABASE_ADMIN_URL', 'CHROMA_URL'])('never shows the value of %s', (name) => {
    const problems = problemsOf({ [name]: 'mysql://me:hunter2@db/wisdom' });
    expect(problems).toEqual([expect.stringMatching(`^${name} takes a URL`)]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org'])(
    'refuses to listen on %s without authentication',
    (HOST) => {
      expect(problemsOf({ HOST })).toEqual([expect.stringMatching(/^HOST is .*ALLOW_UNAUTHENTICATED=true/)]);
      expect(problemsOf({ HOST, ALLOW_UNAUTHENTICATED: 'true' })).toEqual([]);
    },
  );

  it.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])('listens on %s', (HOST) => {
    expect(problemsOf({ HOST })).toEqual([]);
  });

  it('hides every variable that may hold a key or a password', () => {
    const open = variablesOf(EnvDto).filter(({ secret }) => secret !== true);
    expect(
      open
        .map(({ name }) => name)
        .filter((name) => /KEY|URL|SECRET|PASSWORD|TOKEN/.test(name))
        .sort(),
    ).toEqual(['EMBEDDING_BATCH_TOKENS', 'KEYS_FILE', 'MAX_METADATA_KEYS', 'RATE_LIMIT_UNKNOWN_KEYS']);
  });
});
