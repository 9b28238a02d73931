import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { runCli, runCommand } from '../support/command-line';
import { freshDatabase } from '../support/fresh-database';
import { createTestDatabase, describeNative } from '../support/postgres-server';
import { ServiceProcess } from '../support/service-process';

/** Processes on a busy machine. */
jest.setTimeout(120_000);

const KEY = /wm_[a-z0-9]{12}_[A-Za-z0-9_-]{43}/;

/** A place for users and keys, and the commands on it. */
function commandsOn(environment: Record<string, string>) {
  const run = (...words: string[]) => runCli(words, environment);
  return {
    run,
    async json<T = Record<string, unknown>>(...words: string[]): Promise<T> {
      const { exitCode, stdout, stderr } = await run(...words, '--json');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
      return JSON.parse(stdout) as T;
    },
  };
}

type Commands = ReturnType<typeof commandsOn>;

/** What holds wherever users and keys are kept. */
async function expectUsersAndKeys({ run, json }: Commands): Promise<void> {
  const ana = await json('users', 'create', 'ana');
  expect(ana).toEqual({ id: expect.any(Number), name: 'ana', created_at: expect.any(String) });
  expect(await json('users', 'create', 'ben', '--id', '8')).toMatchObject({ id: 8 });
  expect(await json('users', 'list')).toEqual({ users: [expect.objectContaining({ id: 8 }), ana] });

  const made = await json(
    'keys',
    'create',
    '--user',
    'ana',
    '--project',
    'Home',
    '--scopes',
    'read',
    '--name',
    'tv',
  );
  expect(made).toMatchObject({
    ...{ key: expect.stringMatching(KEY), name: 'tv', user_id: ana.id, project: 'Home', scopes: ['read'] },
    ...{ expires_at: null, last_used_at: null, revoked_at: null },
  });
  const shown = await run('keys', 'create', '--user', '8', '--expires', '90d');
  expect(shown).toMatchObject({ exitCode: 0, stderr: '' });
  expect(shown.stdout.match(new RegExp(KEY, 'g'))).toHaveLength(2);

  const { keys } = await json<{ keys: object[] }>('keys', 'list');
  expect(keys).toHaveLength(2);
  const listed = await run('keys', 'list');
  expect(listed.stdout).toMatch(
    /^PREFIX +NAME +USER.*\n.* tv +ana \(\d+\) +Home +read +good +never\n.*ben \(8\)/,
  );
  expect(JSON.stringify(keys) + listed.stdout).not.toMatch(KEY);

  expect(await json('keys', 'revoke', String(made.prefix))).toMatchObject({ revoked_at: expect.any(String) });
  const again = await run('keys', 'revoke', String(made.key));
  expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('good no more already') });
  expect((await json<{ keys: object[] }>('keys', 'list', '--user', 'ana')).keys).toEqual([
    expect.objectContaining({ revoked_at: expect.any(String) }),
  ]);
}

async function expectRefusals(run: Commands['run']): Promise<void> {
  const refusals: [string[], number, RegExp][] = [
    [['users'], 2, /Commands:[^]*create/],
    [['users', 'create'], 2, /missing required argument 'name'\n"npm run cli -- users create --help" shows/],
    [['users', 'create', 'ana'], 1, /There is a user "ana" already/],
    [['users', 'create', 'zoe', '--id', '8'], 1, /User 8 has a name already/],
    [['users', 'create', '17'], 2, /is no number/],
    [['users', 'create', 'user-17'], 2, /is no number/],
    [['users', 'create', ' x'], 2, /no space at its ends/],
    [['users', 'create', 'zoe', '--id', '0'], 2, /--id takes a whole number from 1/],
    [['keys', 'create'], 2, /Whose key\? Add --user/],
    [['keys', 'create', '--user', 'zoe'], 1, /There is no user "zoe": "users list" shows/],
    [['keys', 'create', '--user', 'ana', '--scopes', 'all'], 2, /--scopes takes one or several/],
    [['keys', 'create', '--user', 'ana', '--scopes', ''], 2, /--scopes takes one or several/],
    [['keys', 'create', '--user', 'ana', '--expires', '2001-01-01'], 2, /a moment in the future/],
    [['keys', 'revoke', 'nobodys'], 1, /There is no key "nobodys"/],
    [['keys', 'list', 'ana'], 2, /keys list takes nothing like "ana"/],
    [['users', 'delete', 'zoe', '--yes'], 1, /There is no user "zoe": "users list" shows/],
    [
      ['users', 'delete', 'ana'],
      2,
      /Delete user \d+ \(ana\) with every key of theirs \(1\).*Nothing was deleted/,
    ],
  ];
  for (const [words, exitCode, stderr] of refusals) {
    const result = await run(...words);
    expect([words, result]).toEqual([words, { exitCode, stdout: '', stderr: expect.stringMatching(stderr) }]);
  }
}

describe('users and keys', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'keys-commands-'))));
  afterEach(async () => {
    await ServiceProcess.endAll();
    rmSync(directory, { recursive: true });
  });

  it('are made, listed and revoked in a file', async () => {
    const path = join(directory, 'chroma');
    const commands = commandsOn({ CHROMA_PATH: path });
    await expectUsersAndKeys(commands);
    await expectRefusals(commands.run);
    expect(statSync(`${path}.keys.json`).mode & 0o777).toBe(0o600);
    expect(readFileSync(`${path}.keys.json`, 'utf8')).not.toMatch(KEY);
  });

  it('are made, listed and revoked in PostgreSQL', async () => {
    const database = await freshDatabase();
    try {
      await expectUsersAndKeys(commandsOn({ DATABASE_URL: database.url }));
    } finally {
      await database.drop();
    }
  });

  it.each([
    [['users', 'create', 'ana', '--id', '7'], '--id', 'users create ana --id 7'],
    [['keys', 'create', '--user', 'ana', '--json'], '--user and --json', 'keys create --user ana --json'],
  ])('tell the line to type where npm takes a flag of %j', async (words, flags, line) => {
    const { exitCode, stderr } = await runCommand(['npm', 'run', 'cli', ...words]);
    expect(stderr).toContain(
      `npm took ${flags} for itself, so nothing was done. Type:\n\n  npm run cli -- ${line}\n`,
    );
    expect(exitCode).toBe(2);
  });

  it('are not looked for elsewhere while PostgreSQL is away', async () => {
    const away = { DATABASE_URL: 'postgresql://x@127.0.0.1:1/x', CHROMA_PATH: join(directory, 'chroma') };
    const { exitCode, stderr } = await runCli(['keys', 'list'], away);
    expect(stderr).toMatch(/PostgreSQL cannot be used/);
    expect(exitCode).toBe(3);
  });

  describe('while the service runs', () => {
    const MEMORY = { content: 'SECRET garlic', external_id: 'vault', project: 'Home' };

    /** Follows a key from its creation to the end of its user. */
    async function expectLife(environment: Record<string, string>, gone: () => Promise<void>): Promise<void> {
      const { run, json } = commandsOn(environment);
      const service = await ServiceProcess.start({ ...environment, AUTH_MODE: 'api-key' });
      const http = request(await service.url());
      await json('users', 'create', 'ana', '--id', '7');
      const [key, other] = [
        await json('keys', 'create', '--user', '7'),
        await json('keys', 'create', '--user', '7'),
      ];
      const status = async (given: typeof key) =>
        (await http.get('/api/memory/status').auth(String(given.key), { type: 'bearer' })).status;
      const stored = await http
        .post('/api/memory/store')
        .auth(String(key.key), { type: 'bearer' })
        .send(MEMORY);
      expect(stored).toMatchObject({ status: 200, body: { memory: { user_id: 7 } } });

      expect(await status(other)).toBe(200);
      await json('keys', 'revoke', String(other.prefix));
      const revoked = performance.now();
      while ((await status(other)) === 200);
      expect(performance.now() - revoked).toBeLessThan(5_000);
      expect(await status(key)).toBe(200);

      const deleted = await run('users', 'delete', 'ana', '--yes');
      expect(deleted).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^User 7 \(ana\) is gone, with every key \(2\)/),
      });
      expect(await status(key)).toBe(401);
      expect(await json('users', 'list')).toEqual({ users: [] });
      await json('users', 'create', 'another', '--id', '7');
      const again = await json('keys', 'create', '--user', '7');
      const { body } = await http.get('/api/memory').auth(String(again.key), { type: 'bearer' }).expect(200);
      expect(body.items).toEqual([]);
      await gone();
      await service.stop();
      expect(service.printed).not.toMatch(KEY);
      expect((await json<{ keys: object[] }>('keys', 'list')).keys).toEqual([
        expect.objectContaining({ last_used_at: expect.any(String) }),
      ]);
    }

    it('hold at once, are refused within five seconds, and go with their user: on ChromaDB', async () => {
      await expectLife({ CHROMA_PATH: join(directory, 'chroma') }, () => Promise.resolve());
    });

    describeNative('with a server', () => {
      it('hold at once, are refused within five seconds, and go with their user: on PostgreSQL', async () => {
        const database = await createTestDatabase();
        try {
          await expectLife(
            { DATABASE_URL: database.url, CHROMA_PATH: join(directory, 'chroma') },
            async () => {
              const tables = await database.query<{ name: string }>(
                `select table_name as name from information_schema.columns
               where table_schema = 'wisdom_memory' and column_name = 'user_id' and table_name <> 'access_keys'`,
              );
              expect(tables.map(({ name }) => name)).toEqual(
                expect.arrayContaining(['memories', 'memory_vectors']),
              );
              for (const { name } of tables)
                expect(await database.query(`select * from wisdom_memory.${name} where user_id = 7`)).toEqual(
                  [],
                );
            },
          );
        } finally {
          await database.drop();
        }
      });
    });
  });
});
