import { runCommand } from '../support/command-line';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { ServiceProcess } from '../support/service-process';

jest.setTimeout(120_000);

describeNative('migrations that are left to the operator', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterEach(() => ServiceProcess.endAll());
  afterAll(() => database.drop());

  const migration = (command: string) =>
    runCommand(['npm', 'run', '--silent', `migration:${command}`], { DATABASE_URL: database.url });
  const environment = () => ({
    DATABASE_URL: database.url,
    DATABASE_MIGRATIONS: 'off',
    MEMORY_BACKEND: 'postgresql',
  });

  it('are waited for, run, and taken back by commands', async () => {
    const early = await ServiceProcess.spawn(environment());
    expect(await early.ended).toBe(1);
    expect(early.printed).toMatch(/lacks \d+ migrations .* npm run migration:run\n$/);

    const run = await migration('run');
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const names = run.stdout.match(/(?<=Migrated: ).*/g)!;
    expect(names.length).toBeGreaterThan(3);
    expect(await migration('run')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const service = await ServiceProcess.start(environment());
    const status = await fetch(`${await service.url()}/api/memory/status`);
    expect(await status.json()).toMatchObject({ status: 'available', backend: 'postgresql' });
    await service.stop();

    for (const name of names.reverse())
      expect(await migration('revert')).toEqual({ exitCode: 0, stdout: `Taken back: ${name}\n`, stderr: '' });
    expect((await migration('revert')).stdout).toBe('There is no migration to take back.\n');
  });

  it.each([
    ['no database', {}, /Set DATABASE_URL/],
    [
      'a database that is away',
      { DATABASE_URL: 'postgresql://me:hunter2@127.0.0.1:1/x' },
      /ECONNREFUSED.*start it/,
    ],
  ])('say what is wrong with %s', async (_what, variables: Record<string, string>, expected) => {
    const { exitCode, stderr } = await runCommand([process.execPath, 'dist/migration.js', 'run'], variables);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(expected) });
    expect(stderr).not.toContain('hunter2');
  });
});
