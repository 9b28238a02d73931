import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackedChroma } from '../support/chroma-fixture';
import { CommandResult, runCli } from '../support/command-line';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';

/** Each command starts a process, on a busy machine. */
jest.setTimeout(120_000);

describeNative('a migration on the command line', () => {
  let fixture: Awaited<ReturnType<typeof unpackedChroma>>;
  let database: TestDatabase;
  let directory: string;
  let runId: string;

  beforeAll(async () => {
    fixture = await unpackedChroma('1.0.5');
    database = await createTestDatabase();
    directory = mkdtempSync(join(tmpdir(), 'wisdom-commands-'));
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await database.drop();
    fixture.remove();
  });

  const cli = (...words: string[]): Promise<CommandResult> =>
    runCli(words, { DATABASE_URL: database.url }, directory);

  const migrate = (...words: string[]) => cli('migrate-chroma', '--chroma-path', fixture.path, ...words);

  const count = async () =>
    (await database.query<{ count: string }>('select count(*) from wisdom_memory.memories'))[0]!.count;

  const listed = async () => JSON.parse((await cli('migrate-runs', '--json')).stdout) as { runs: object[] };

  it('has no runs before the first', async () => {
    expect(await cli('migrate-runs')).toEqual({ exitCode: 0, stdout: 'There are no runs.\n', stderr: '' });
    expect(await database.query(`select from pg_namespace where nspname = 'wisdom_memory'`)).toEqual([]);
  });

  const NONE = '019a0000-0000-7000-8000-000000000000';
  it.each([
    ['--rollback', NONE, '--yes'],
    ['--resume', NONE],
    ['--resume', '--chroma-path', '/nope'],
  ])('makes nothing in a database without runs that was named by mistake (%s)', async (...flags) => {
    const { exitCode, stderr } = await cli('migrate-chroma', ...flags);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(/^There is no run/) });
    expect(await database.query(`select from pg_namespace where nspname = 'wisdom_memory'`)).toEqual([]);
  });

  it('verifies itself, in words and as JSON', async () => {
    const report = join(directory, 'report.json');
    const { exitCode, stdout } = await migrate('--json', report);
    expect(stdout).toContain('wisdom_sessions, user 1: 405 of 405 as in the source, 2 rejected');
    expect(stdout).toContain('Verified: everything is there.');
    const json = JSON.parse(readFileSync(report, 'utf8'));
    expect(json.verification).toMatchObject({ passed: true, nearest: { samples: 200, differing: 0 } });
    // The two rejects.
    expect(exitCode).toBe(1);
    runId = json.run_id;
  });

  it('fails where somebody else wrote to the database, names it, and says what to do', async () => {
    await database.query(
      `update wisdom_memory.memories set content = 'forged' where external_id = 'conv_003'`,
    );
    const again = await migrate();
    expect(again.stdout).toContain('404 of 405 as in the source, 1 there before, otherwise, and left so');
    expect(again.stdout).toMatch(
      /left so: \S+ of user 1 \("conv_003" of wisdom_sessions\)\n {4}To have them .* --on-conflict overwrite/,
    );
    const { exitCode, stdout } = await migrate('--on-conflict', 'overwrite');
    expect(stdout).toContain('405 of 405 as in the source');
    expect(exitCode).toBe(1);
  });

  it('ends with 1 where what it wrote is not what can be read', async () => {
    const scratch = ['--collection', 'scratch_l2', '--user-id', '7'];
    expect((await migrate(...scratch)).exitCode).toBe(0);
    await database.query(`
      create function public.forge() returns trigger language plpgsql as $$
        begin new.content := 'forged'; return new; end $$;
      create trigger forge before insert on wisdom_memory.memories
        for each row when (new.user_id = 8) execute function public.forge()`);
    const { exitCode, stdout } = await migrate('--collection', 'scratch_l2', '--user-id', '8');
    expect(stdout).toContain('  20 memories with another text: ');
    expect(stdout).toContain('The verification FAILED. To take all of it back: --rollback');
    expect(exitCode).toBe(1);
    for (const { run_id: id } of ((await listed()).runs as { run_id: string }[]).slice(0, 2))
      expect((await cli('migrate-chroma', '--rollback', id, '--yes')).exitCode).toBe(0);
  });

  it('leaves the comparison out if asked to', async () => {
    const { stdout } = await migrate('--no-verify');
    expect(stdout).not.toContain('Compared with the source');
  });

  it('lists runs with what can be done next', async () => {
    const { exitCode, stdout } = await cli('migrate-runs');
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(
      /^RUN +STARTED \(UTC\) +STATE +INSERTED +OVERWRITTEN +SKIPPED +REJECTED +VERIFIED$/,
    );
    expect(stdout).toMatch(new RegExp(`${runId}  .{16}  finished +405 +0 +0 +2 +yes\n`));
    expect(stdout).toContain(`  npm run cli -- migrate-chroma --rollback ${runId}\n`);
    const { runs } = await listed();
    expect(runs).toMatchObject([
      { skipped: 405, verified: null },
      { inserted: 20, verified: false, state: 'rolled-back' },
      { inserted: 20, verified: true, state: 'rolled-back' },
      { overwritten: 405, verified: true },
      { skipped: 405, verified: true },
      { run_id: runId, command: 'migrate-chroma', state: 'finished', inserted: 405, rejected: 2 },
    ]);
  });

  it('shows a killed run as broken off', async () => {
    await database.query(`update wisdom_memory.import_runs set state = 'running' where id = '${runId}'`);
    expect((await listed()).runs.at(-1)).toMatchObject({
      state: 'broken-off',
      next: [
        `npm run cli -- migrate-chroma --resume ${runId}`,
        `npm run cli -- migrate-chroma --rollback ${runId}`,
      ],
    });
    await database.query(`update wisdom_memory.import_runs set state = 'finished' where id = '${runId}'`);
  });

  it.each([
    ['without --yes and without a terminal', [], /there is no terminal to ask on: give --yes/],
    ['with flags of a migration', ['--yes', '--dry-run'], /--rollback takes a run back: beside it only/],
  ])('does not take a run back %s', async (_when, flags, message) => {
    const { exitCode, stderr } = await cli('migrate-chroma', '--rollback', runId, ...flags);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(message) });
    expect(await count()).toBe('405');
  });

  it('does not take back what it does not know', async () => {
    const { exitCode, stderr } = await cli('migrate-chroma', '--rollback', NONE, '--yes');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining(`There is no run ${NONE}`),
    });
  });

  it('is taken back, the latest run first', async () => {
    const early = await cli('migrate-chroma', '--rollback', runId, '--yes');
    expect(early.stdout).toContain('405 overwritten by a later run since: take that back first');
    expect(early.exitCode).toBe(1);
    const { runs } = (await listed()) as { runs: { run_id: string }[] };
    const later = await cli('migrate-original', '--rollback', runs[3]!.run_id, '--yes');
    expect(later.stdout).toContain('0 of its memories removed, 405 restored as they were before.');
    expect(later.exitCode).toBe(0);
    const { exitCode, stdout } = await cli('migrate-chroma', '--rollback', runId, '--yes', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ run_id: runId, removed: 405, restored: 0, kept: [] });
    expect(exitCode).toBe(0);
    expect(await count()).toBe('0');
    expect((await listed()).runs.at(-1)).toMatchObject({ state: 'rolled-back', next: [] });
  });

  it.each([
    ['newer', `insert into wisdom_memory.schema_migrations (timestamp, name) values (9e12, 'Later')`],
    [
      'older',
      `delete from wisdom_memory.schema_migrations where id = (select max(id) from wisdom_memory.schema_migrations)`,
    ],
  ])('does not look at a schema that is %s than it knows, and says what to do', async (which, change) => {
    const other = await createTestDatabase();
    await runCli(
      ['migrate-chroma', '--chroma-path', fixture.path, '--no-verify'],
      { DATABASE_URL: other.url },
      directory,
    );
    await other.query(change);
    const { exitCode, stderr } = await migrate('--dry-run', '--database-url', other.url);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 3,
      stderr: expect.stringMatching(new RegExp(`schema is ${which} than this version.*npm run migration:`)),
    });
    await other.drop();
  });
});
