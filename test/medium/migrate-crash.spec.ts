import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { snapshotOf, unpackedChroma } from '../support/chroma-fixture';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { until } from '../support/processes';
import { seededRandom } from '../support/random';
import { REPOSITORY } from '../support/service-process';
import { ThrowawayServer } from '../support/throwaway-server';

jest.setTimeout(300_000);

const KILLS = 10;
/** In all collections together. */
const RECORDS = 1_378;
/** Some seven hundred batches: seconds, within which a busy test notices that it has begun. */
const BATCH_SIZE = '2';

/** The built command, as a process of its own in a directory of its own. */
class Command {
  readonly directory = mkdtempSync(join(tmpdir(), 'wisdom-migrating-'));
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  printed = '';

  constructor(words: readonly string[], directory?: string) {
    this.directory = directory ?? this.directory;
    const { PATH, HOME } = process.env;
    const program = join(REPOSITORY, 'dist/cli.js');
    this.child = spawn(process.execPath, [program, 'migrate-chroma', ...words], {
      cwd: this.directory,
      env: { PATH, HOME },
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.printed += text));
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

describeNative('a migration that is broken off', () => {
  const random = seededRandom(Date.now());
  /** Of its own, because it is made to crash. */
  let server: ThrowawayServer;
  let fixture: Awaited<ReturnType<typeof unpackedChroma>>;
  let undisturbed: TestDatabase;
  let database: TestDatabase;
  let directory: string;
  let expected: Awaited<ReturnType<typeof contentOf>>;

  beforeAll(async () => {
    server = await ThrowawayServer.start();
    fixture = await unpackedChroma('0.5.23');
    undisturbed = await createTestDatabase(server.url);
    const command = new Command([...source(), '--database-url', undisturbed.url]);
    expect(await command.ended).toBe(1);
    expected = await contentOf(undisturbed, command.directory);
    rmSync(command.directory, { recursive: true });
  });
  afterAll(async () => {
    await server.remove();
    fixture.remove();
  });

  beforeEach(async () => {
    database = await createTestDatabase(server.url);
    directory = mkdtempSync(join(tmpdir(), 'wisdom-migrating-'));
  });
  afterEach(async () => {
    await database.drop();
    rmSync(directory, { recursive: true });
  });

  function source(): string[] {
    return ['--chroma-path', fixture.path, '--all-collections', '--batch-size', BATCH_SIZE];
  }

  /** Starts, or goes on with the run if there is one. */
  async function goOn(): Promise<Command> {
    const hasRun = (await recordsDone()) !== undefined;
    const words = hasRun ? ['--resume', '--chroma-path', fixture.path] : source();
    return new Command([...words, '--database-url', database.url], directory);
  }

  /** How many records the checkpoints say; undefined where there is no run yet. */
  async function recordsDone(): Promise<number | undefined> {
    const [there] = await database.query<{ is: boolean }>(
      `select to_regclass('wisdom_memory.import_collections') is not null as is`,
    );
    if (!there!.is) return undefined;
    const [done] = await database.query<{ runs: string; records: string }>(
      `select (select count(*) from wisdom_memory.import_runs) as runs,
              coalesce(sum((progress #>> '{counts,records}')::int), 0) as records from wisdom_memory.import_collections`,
    );
    return done!.runs === '0' ? undefined : Number(done!.records);
  }

  const untilDone = (records: number) =>
    until(`${records} records`, async () => ((await recordsDone()) ?? 0) >= records, 60_000);

  it('by kill -9 at ten random moments ends in the same database as an undisturbed run', async () => {
    const before = snapshotOf(fixture.path);
    let reached = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const command = await goOn();
      // Up to a checkpoint that it reaches, then some moment inside a batch; the first anywhere, even before the schema.
      const wanted = Math.min(reached + random.int(RECORDS / KILLS), RECORDS);
      if (kill > 0) await untilDone(wanted);
      await delay(random.int(kill === 0 ? 2_000 : 20));
      command.kill('SIGKILL');
      expect(await command.ended).toBeNull();
      reached = (await recordsDone()) ?? 0;
    }
    const last = await goOn();
    const exitCode = await last.ended;
    expect([exitCode, last.printed]).toEqual([1, expect.stringMatching(/Run .* finished/)]);
    expect(await contentOf(database, directory)).toEqual(expected);
    expect(snapshotOf(fixture.path)).toEqual(before);
  });

  it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
    'by %s ends behind a batch and says how to go on',
    async (signal) => {
      const command = await goOn();
      await untilDone(50);
      command.kill(signal);
      expect(await command.ended).toBe(130);
      const [, runId] = /npm run cli -- migrate-chroma --resume (\S+) --database-url <the same>/.exec(
        command.printed,
      )!;
      const [run] = await database.query<{ id: string; state: string }>(
        `select id, state from wisdom_memory.import_runs`,
      );
      expect(run).toEqual({ id: runId, state: 'interrupted' });
      expect(await recordsDone()).toBeLessThan(RECORDS);

      const resumed = new Command(['--resume', runId!, '--database-url', database.url], directory);
      expect(await resumed.ended).toBe(1);
      expect(await contentOf(database, directory)).toEqual(expected);
    },
  );

  it.each<[string, () => Promise<unknown>]>([
    ['its connection', () => database.query(END_ALL_OTHERS)],
    ['the server, which crashes,', () => server.stop('immediate').then(() => server.startAgain())],
  ])('by the loss of %s goes on when the database is back', async (_what, lose) => {
    const command = await goOn();
    await untilDone(50);
    await lose();
    expect(await command.ended).toBe(3);
    expect(command.printed).toMatch(
      /PostgreSQL .*\n\nRun .* is not finished\.\s+To go on:\n\n {2}npm run cli -- migrate-chroma --resume/,
    );
    expect(await recordsDone()).toBeLessThan(RECORDS);
    const resumed = await goOn();
    expect(await resumed.ended).toBe(1);
    expect(await contentOf(database, directory)).toEqual(expected);
  });
});

const END_ALL_OTHERS = `
  select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;

/** Everything that a migration leaves, but for the id of its run and the times of the run itself. */
async function contentOf(database: TestDatabase, directory: string): Promise<Record<string, unknown>> {
  const rows = (sql: string) =>
    database.query(`select to_jsonb(row) - 'import_run_id' as row from (${sql}) as row`);
  const tables = ['memories', 'memory_vectors', 'import_undo'];
  const dumps = await Promise.all(
    tables.map((table) => rows(`select * from wisdom_memory.${table} order by 1, 2, 3, 4`)),
  );
  const unfinished = await database.query(
    `select * from wisdom_memory.memories where import_run_id is distinct from (select id from wisdom_memory.import_runs)`,
  );
  const files = readdirSync(directory).filter((name) => name.endsWith('-rejects.ndjson'));
  return {
    dumps,
    unfinished,
    users: await rows(`select id, name from wisdom_memory.users order by id`),
    projects: await rows(`select user_id, id, name from wisdom_memory.projects order by 1, 2`),
    progress: await rows(
      `select key, ordinal, progress from wisdom_memory.import_collections order by ordinal`,
    ),
    runs: await rows(`select state from wisdom_memory.import_runs`),
    rejects: files.map((name) => readFileSync(join(directory, name), 'utf8')),
  };
}
