import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAppConfig } from '../src/config/environment';

const read = (path: string) => readFileSync(join(__dirname, '..', path), 'utf8');

/** The instructions of the stage that the image consists of, each on one line. */
function instructions(): string[] {
  const lines = read('docker/Dockerfile')
    .replace(/\\\n\s*/g, ' ')
    .split('\n');
  return lines
    .slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
    .filter((line) => /^[A-Z]/.test(line));
}

/** The variables that a container of the image has by itself. */
function variables(): Record<string, string> {
  const environment = instructions().filter((line) => line.startsWith('ENV '));
  const pairs = environment.flatMap((line) => line.split(' ').slice(1));
  return Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]));
}

/** The service of this name in the compose file, without its comments. */
function composed(name: string): string {
  const compose = read('docker/compose.yaml').replace(/^\s*#.*\n/gm, '');
  return new RegExp(`^  ${name}:\n((?:    .*\n|\n)*)`, 'm').exec(compose)![1]!;
}

describe('the dependencies', () => {
  it('pins every package by its checksum', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { integrity?: string; link?: boolean; inBundle?: boolean }>;
    };
    const entries = Object.entries(packages).filter(([path]) => path !== '');
    expect(entries.length).toBeGreaterThan(100);
    const loose = entries.filter(
      ([, { integrity, inBundle }]) => !inBundle && !/^sha512-/.test(integrity ?? ''),
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  it('runs no script of a package', () => {
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
  });
});

describe('the image', () => {
  it('runs as a user without rights', () => {
    const user = instructions().findLast((line) => line.startsWith('USER '));
    expect(user).toBe('USER node');
    const afterwards = instructions().slice(instructions().indexOf(user!) + 1);
    expect(afterwards.map((line) => line.split(' ')[0])).toEqual(['EXPOSE', 'HEALTHCHECK', 'CMD']);
  });

  it('holds nothing but the program', () => {
    const copied = instructions().filter((line) => /^(COPY|ADD) /.test(line));
    expect(copied).toEqual([
      'COPY --from=build /app/node_modules ./node_modules',
      'COPY --from=build /app/dist ./dist',
      'COPY package.json ./',
      'COPY models ./models',
    ]);
    expect(read('docker/Dockerfile')).toContain('npm prune --omit=dev');
  });

  it('has no secret in its layers', () => {
    const [all, ...sent] = read('.dockerignore').trim().split('\n');
    // What is not named is not sent to the engine: no .env, no data, no history.
    expect(all).toBe('*');
    for (const pattern of sent)
      expect(pattern).toMatch(/^!(package(-lock)?\.json|\.npmrc|[\w-]+(\*?\.json)?)$/);
    expect(sent.filter((pattern) => /env|data|git/.test(pattern))).toEqual([]);
    const dockerfile = read('docker/Dockerfile');
    expect(dockerfile).not.toMatch(/^ARG /m);
    expect(dockerfile).not.toMatch(/(_KEY|PASSWORD|SECRET|TOKEN|_URL)=/);
    expect(read('.npmrc')).not.toMatch(/_auth|token|password/i);
  });

  it('runs on a file system that it cannot write, without rights to gain', () => {
    const api = composed('api');
    expect(api).toContain('    read_only: true\n');
    expect(api).toContain('    cap_drop: [ALL]\n');
    expect(api).toContain("    security_opt: ['no-new-privileges:true']\n");
    expect(api).not.toMatch(/privileged|docker\.sock|network_mode|volumes:/);
  });

  it('refuses to start until it is told who may reach it, which the compose file does', () => {
    expect(variables()).toEqual({
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      PORT: '8000',
      MODELS_PATH: '/app/models',
    });
    expect(() => readAppConfig(variables())).toThrow(
      /^HOST is 0\.0\.0\.0, .* set AUTH_MODE=api-key, .* ALLOW_UNAUTHENTICATED=true/,
    );
    expect(() => readAppConfig({ ...variables(), AUTH_MODE: 'api-key' })).not.toThrow();
    expect(composed('api')).toContain("      ALLOW_UNAUTHENTICATED: 'true'\n");
  });

  it('is reached from this machine alone, and the database from the service alone', () => {
    expect(/ports:\n((?: +- .*\n)+)/.exec(composed('api'))![1]).toBe("      - '127.0.0.1:8000:8000'\n");
    expect(composed('database')).not.toContain('ports:');
    expect(composed('database')).toContain('POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?');
  });
});
