import { runCli, runCommand } from '../support/command-line';
import { snapshotOf, unpackedChroma } from '../support/chroma-fixture';

/** npm and Nest start a process each; several of them on a busy machine take their time. */
jest.setTimeout(60_000);

describe('the command line', () => {
  it.each([
    ['no command', [], 2, /^$/, /Commands:/],
    ['an unknown command', ['wat'], 2, /^$/, /unknown command 'wat'/],
    ['--help', ['--help'], 0, /inspect-chroma/, /^$/],
    [
      'help of a command',
      ['inspect-chroma', '--help'],
      0,
      /Examples:\n {2}npm run cli -- inspect-chroma/,
      /^$/,
    ],
    ['a missing argument', ['inspect-chroma'], 2, /^$/, /missing required argument 'directory'/],
    [
      'an argument too many',
      ['inspect-chroma', 'a', 'b'],
      2,
      /^$/,
      /takes nothing like "b", so nothing was done/,
    ],
    [
      'an unknown flag',
      ['inspect-chroma', 'a', '--wat'],
      2,
      /^$/,
      /unknown option '--wat'\n"npm run cli -- inspect-chroma --help" shows/,
    ],
    ['a source that is not there', ['inspect-chroma', '/nope'], 3, /^$/, /^\/nope does not exist\. .*\n$/],
  ])('%s', async (_case, words, exitCode, stdout, stderr) => {
    expect(await runCli(words)).toEqual({
      exitCode,
      stdout: expect.stringMatching(stdout),
      stderr: expect.stringMatching(stderr),
    });
  });
});

describe('npm run cli', () => {
  it.each([
    [['inspect-chroma', '/nope', '--json'], '--json', 'inspect-chroma /nope --json'],
    [['inspect-chroma', '--allow-live', '/nope'], '--allow-live', 'inspect-chroma /nope --allow-live'],
    [['adopt-chroma', '--allow-live'], '--allow-live', 'adopt-chroma --allow-live'],
  ])('refuses %j, of which npm takes a flag, and prints the line to type', async (words, flag, line) => {
    const { exitCode, stderr } = await runCommand(['npm', 'run', 'cli', ...words]);
    expect(stderr).toContain(
      `npm took ${flag} for itself, so nothing was done. Type:\n\n  npm run cli -- ${line}\n`,
    );
    expect(exitCode).toBe(2);
  });

  it('passes on what stands behind "--"', async () => {
    const { exitCode, stderr } = await runCommand([
      'npm',
      'run',
      'cli',
      '--',
      'inspect-chroma',
      '/nope',
      '--json',
    ]);
    expect(stderr).toContain('/nope does not exist');
    expect(exitCode).toBe(3);
  });
});

describe('inspect-chroma', () => {
  let fixture: Awaited<ReturnType<typeof unpackedChroma>>;

  beforeAll(async () => {
    fixture = await unpackedChroma('1.0.5');
  });
  afterAll(() => fixture.remove());

  it('prints for people', async () => {
    const before = snapshotOf(fixture.path);
    const { exitCode, stdout, stderr } = await runCli(['inspect-chroma', fixture.path]);
    expect(stdout).toBe(`${fixture.path}
Written by ChromaDB 1.0 to 1.2 (sysdb 9, metadb 5, embeddings_queue 2).

scratch_l2: 20 records, l2, 384 dimensions
  no collection of memories: left out unless asked for
  20 can migrate to PostgreSQL, 0 cannot

wisdom_sessions: 407 records, cosine, 384 dimensions
  memories of user 1
  405 can migrate to PostgreSQL, 2 cannot
    1 x NUL in text, such as "nul_902"
    1 x zero vector, such as "zero_951"
`);
    expect(stderr).toBe('');
    expect(exitCode).toBe(1);
    expect(snapshotOf(fixture.path)).toEqual(before);
  });

  it('prints for programs', async () => {
    const { exitCode, stdout } = await runCli(['inspect-chroma', fixture.path, '--json']);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      path: fixture.path,
      written_by: '1.0 to 1.2',
      newer_than_known: false,
      migrations: { sysdb: 9, metadb: 5, embeddings_queue: 2 },
      collections: [
        expect.objectContaining({ name: 'scratch_l2', user_id: null, count: 20, migrates: 20, rejects: [] }),
        {
          name: 'wisdom_sessions',
          tenant: 'default_tenant',
          database: 'default_database',
          space: 'cosine',
          dimension: 384,
          count: 407,
          user_id: 1,
          migrates: 405,
          rejects: [
            { reason: 'NUL in text', count: 1, example: 'nul_902' },
            { reason: 'zero vector', count: 1, example: 'zero_951' },
          ],
        },
      ],
    });
  });
});
