import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { snapshotOf, unpackedChroma } from '../support/chroma-fixture';
import { CommandResult, runCommand } from '../support/command-line';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { REPOSITORY } from '../support/service-process';

/** A process each, on a busy machine. */
jest.setTimeout(120_000);

describe('migrate-chroma', () => {
  let fixture: Awaited<ReturnType<typeof unpackedChroma>>;
  let directory: string;

  beforeAll(async () => {
    fixture = await unpackedChroma('1.0.5');
  });
  afterAll(() => fixture.remove());

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wisdom-migrating-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** The built command in a directory of its own, past npm. */
  function migrate(
    words: readonly string[],
    environment: Record<string, string> = {},
  ): Promise<CommandResult> {
    const program = [process.execPath, join(REPOSITORY, 'dist/cli.js'), 'migrate-chroma'];
    return runCommand([...program, ...words], environment, directory);
  }

  const embedded = () => `pglite:${join(directory, 'database')}`;

  it('helps', async () => {
    const help = await runCommand([
      process.execPath,
      join(REPOSITORY, 'dist/cli.js'),
      'help',
      'migrate-chroma',
    ]);
    expect(help).toMatchObject({ exitCode: 0, stderr: '' });
    for (const word of [
      '--dry-run',
      '--resume',
      '130',
      'npm run cli -- migrate-chroma --chroma-path ./data/chroma --dry-run',
    ])
      expect(help.stdout).toContain(word);
  });

  it.each<[string, string[], RegExp]>([
    [
      'two sources',
      ['--chroma-path', 'x', '--chroma-url', 'http://x'],
      /--chroma-path or --chroma-url, not both/,
    ],
    [
      'two choices',
      ['--collection', 'x', '--all-collections'],
      /--collection or --all-collections, not both/,
    ],
    [
      'a user who is no number',
      ['--user-id', 'ann'],
      /--user-id takes a whole number from 1 to \d+, not "ann"/,
    ],
    ['user 0', ['--user-id', '0'], /--user-id takes/],
    ['batches of nothing', ['--batch-size', '0'], /--batch-size takes/],
    ['huge batches', ['--batch-size', '10001'], /--batch-size takes a whole number from 1 to 10000/],
    [
      'an unknown conflict',
      ['--on-conflict', 'ask'],
      /--on-conflict takes skip, newer, overwrite, not "ask"/,
    ],
    ['a URL that is none', ['--chroma-url', 'localhost'], /--chroma-url takes http:\/\/host:port/],
    ['a target that is none', ['--database-url', 'mysql://u:secret@h/d'], /--database-url takes postgresql:/],
    ['a run that is none', ['--resume', 'latest'], /A run is named by its id, not by "latest"/],
    ['a resumed dry run', ['--resume', '--dry-run'], /takes no --dry-run/],
    ['a resumed run with another choice', ['--resume', '--user-id', '7'], /keeps its source and its choice/],
    ['a resumed run with other options', ['--resume', '--strict'], /keeps what it was started with/],
    [
      'a report nowhere',
      ['--json', '/nope/report.json'],
      /cannot be written to \/nope\/report.json \(ENOENT\)/,
    ],
    ['no target', ['--chroma-path', 'x'], /Set DATABASE_URL, or give --database-url/],
    ['an unknown flag', ['--wat'], /unknown option '--wat'/],
    ['a word too many', ['wat'], /takes nothing like "wat", so nothing was done/],
  ])('refuses %s', async (_case, words, message) => {
    const { exitCode, stdout, stderr } = await migrate(words);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
    expect(stderr).not.toContain('secret');
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each<[string, (path: string) => string[], RegExp]>([
    [
      'a source that is not there',
      () => ['--chroma-path', '/nope', '--database-url', embedded()],
      /^\/nope does not exist\./,
    ],
    [
      'a server that does not answer',
      () => ['--chroma-url', 'http://127.0.0.1:9', '--database-url', embedded()],
      /127\.0\.0\.1:9 does not answer/,
    ],
    [
      'a target that does not answer',
      (path) => ['--chroma-path', path, '--database-url', 'postgresql://ann:secret@127.0.0.1:9/wisdom'],
      /PostgreSQL cannot be used at ann@127\.0\.0\.1:9\/wisdom/,
    ],
  ])('ends with 3 where there is %s', async (_case, words, message) => {
    const { exitCode, stdout, stderr } = await migrate(words(fixture.path));
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
    expect(stderr).not.toContain('secret');
    expect(readdirSync(directory)).toEqual([]);
  });

  it('names the collections that there are', async () => {
    const words = ['--chroma-path', fixture.path, '--collection', 'diary', '--database-url', embedded()];
    const { exitCode, stderr } = await migrate(words);
    expect(stderr).toBe('There is no collection diary. There are: scratch_l2, wisdom_sessions.\n');
    expect(exitCode).toBe(2);
  });

  it('makes nothing by a dry run, and says what it would do', async () => {
    const before = snapshotOf(fixture.path);
    const words = ['--chroma-path', fixture.path, '--database-url', embedded(), '--dry-run'];
    const { exitCode, stdout, stderr } = await migrate(words);
    expect(stdout.replace(/\d+ s\b/g, 'N s')).toBe(`From ${fixture.path}, written by ChromaDB 1.0 to 1.2
to   ${embedded()} (vectors of all-MiniLM-L6-v2@main/384/mean/l2)

wisdom_sessions: 407 memories for user 1
  405 would be inserted, 2 would be rejected
    1 x NUL in text, such as "nul_902"
    1 x zero vector, such as "zero_951"

Would create 1 user (user-1) and 5 projects (o'brien's archive, Spanish learning, Kitchen garden, Über-Projekt №7, Book: "On Patience").
Left out unless asked for (--collection, --all-collections): scratch_l2
Dry run: nothing was written. To write it would take about N s, to compare it with the source then N s.
`);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(readdirSync(directory)).toEqual([]);
    expect(snapshotOf(fixture.path)).toEqual(before);
  });

  it('migrates into an embedded database, and reports for programs', async () => {
    const words = ['--chroma-path', fixture.path, '--collection', 'scratch_l2', '--user-id', '7'];
    const { exitCode, stdout } = await migrate([...words, '--json'], { DATABASE_URL: embedded() });
    expect(exitCode).toBe(0);
    const counts = {
      records: 20,
      memories: 20,
      inserted: 20,
      overwritten: 0,
      skipped: 0,
      rejected: 0,
      expired: 0,
      embedded: 0,
      newer_in_source: 0,
    };
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'finished',
      fingerprint: 'all-MiniLM-L6-v2@main/384/mean/l2',
      total: counts,
      collections: [
        {
          name: 'scratch_l2',
          user_id: 7,
          done: true,
          ...counts,
          rejects: [],
          renamed: { count: 0, examples: [] },
        },
      ],
      left_out: ['wisdom_sessions'],
      created: { users: [{ id: 7, name: 'user-7' }] },
      rejects_file: null,
    });
    const file = join(directory, 'report.json');
    const again = await migrate([...words, '--json', file], { DATABASE_URL: embedded() });
    expect(again.stdout).toMatch(/0 inserted, 20 skipped: already there/);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ total: { inserted: 0, skipped: 20 } });
    expect(readdirSync(directory).filter((name) => name.endsWith('.ndjson'))).toEqual([]);
  });

  it('ends at the first reject where it is strict, and can go on', async () => {
    const target = ['--database-url', embedded()];
    const strict = await migrate([
      '--chroma-path',
      fixture.path,
      '--strict',
      '--batch-size',
      '100',
      ...target,
    ]);
    expect(strict.exitCode).toBe(1);
    expect(strict.stderr).toMatch(
      /"nul_902" of wisdom_sessions cannot be migrated: NUL in text\. --strict ends/,
    );
    expect(strict.stderr).toMatch(
      /To go on:\n\n {2}npm run cli -- migrate-chroma --resume \S+ --database-url <the same>/,
    );
    const anew = await migrate(['--chroma-path', fixture.path, ...target]);
    expect(anew.stderr).toMatch(/Run \S+ of this source is unfinished; this is a new one/);
    expect(anew.stdout).toMatch(/5 inserted, 400 skipped: already there, 2 rejected/);
  });

  describe('through npm', () => {
    it.each([
      [['--dry-run'], '--dry-run', 'migrate-chroma --dry-run'],
      [['--strict', '--dry-run'], '--dry-run', 'migrate-chroma --dry-run --strict'],
      [['--all-collections'], '--all-collections', 'migrate-chroma --all-collections'],
      [['--resume'], '--resume', 'migrate-chroma --resume'],
    ])('migrates nothing when npm takes %j for itself', async (flags, named, line) => {
      const environment = { DATABASE_URL: embedded(), CHROMA_PATH: fixture.path };
      const { exitCode, stderr } = await runCommand(
        ['npm', 'run', 'cli', 'migrate-chroma', ...flags],
        environment,
      );
      expect(stderr).toContain(`npm took `);
      expect(stderr).toContain(named);
      expect(stderr).toContain(`npm run cli -- ${line}`);
      expect(exitCode).toBe(2);
      expect(existsSync(embedded().slice('pglite:'.length))).toBe(false);
    });
  });

  describeNative('into a server', () => {
    let database: TestDatabase;

    beforeEach(async () => {
      database = await createTestDatabase();
    });
    afterEach(() => database.drop());

    /** Everything in the database, as pg_dump would see it. */
    async function content(): Promise<unknown> {
      const tables = await database.query<{ name: string }>(
        `select format('%I.%I', schemaname, tablename) as name from pg_tables
         where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
      );
      const rows: Record<string, unknown> = {};
      for (const { name } of tables)
        rows[name] = await database.query(`select md5(row::text) as row from ${name} as row order by 1`);
      return { rows, schemas: await database.query(`select nspname from pg_namespace order by 1`) };
    }

    it('writes nothing by a dry run, neither a schema nor beside what is there', async () => {
      const empty = await content();
      const words = ['--chroma-path', fixture.path, '--database-url', database.url];
      expect((await migrate([...words, '--dry-run'])).exitCode).toBe(1);
      expect(await content()).toEqual(empty);

      expect((await migrate(words)).exitCode).toBe(1);
      const migrated = await content();
      const files = readdirSync(directory);
      const dry = await migrate([...words, '--all-collections', '--on-conflict', 'overwrite', '--dry-run']);
      expect(dry.stdout).toMatch(/0 would be inserted, 405 would be overwritten, 2 would be rejected/);
      expect(dry.stdout).toMatch(/20 would be inserted/);
      expect(await content()).toEqual(migrated);
      expect(readdirSync(directory)).toEqual(files);
    });
  });
});
