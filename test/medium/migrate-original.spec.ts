import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS } from '../../src/config/app-config';
import { ChromaSourceOptions } from '../../src/migrate/chroma/open-chroma-source';
import { OriginalSource } from '../../src/migrate/postgres/original/original-source';
import { runCli } from '../support/command-line';
import { MigrationRig } from '../support/migrating';
import { digestOfOriginal, originalManifest, restoreOriginal } from '../support/original-database';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';
import { unitVector } from '../support/vectors';

jest.setTimeout(120_000);

interface Report {
  readonly state: string;
  readonly total: Record<string, number>;
  readonly collections: readonly (Record<string, unknown> & { readonly rejects: readonly object[] })[];
  readonly created: { readonly users: readonly object[]; readonly projects: readonly object[] };
  readonly rejects_file: string | null;
}

describeNative('migrate-original', () => {
  let source: TestDatabase;
  let target: TestDatabase;
  let directory: string;
  let rig: MigrationRig;

  beforeEach(async () => {
    source = await createTestDatabase();
    target = await createTestDatabase();
    restoreOriginal(source.url);
    directory = mkdtempSync(join(tmpdir(), 'wisdom-original-'));
    rig = new MigrationRig(target.url, { verify: true });
  });

  afterEach(async () => {
    rig.remove();
    rmSync(directory, { recursive: true });
    await target.drop();
    await source.drop();
  });

  function run(...flags: string[]): ReturnType<typeof runCli> {
    const words = ['migrate-original', '--from', source.url, ...flags];
    return runCli(words, { DATABASE_URL: target.url }, directory);
  }

  /** @returns the report of a run that ended so. */
  async function migrate(exitCode: number, ...flags: string[]): Promise<Report> {
    const result = await run('--json', ...flags);
    expect([result.exitCode, result.stderr]).toEqual([exitCode, expect.any(String)]);
    return JSON.parse(result.stdout) as Report;
  }

  const count = async (table: string) =>
    Number((await target.query<{ n: string }>(`select count(*) as n from ${table}`))[0]!.n);

  it('moves every memory of every user once, and changes nothing in the source', async () => {
    const manifest = originalManifest();
    const digest = digestOfOriginal(source.url);
    const report = await migrate(0);
    expect(report.collections.map((one) => [one.user_id, one.inserted, one.embedded])).toEqual([
      [1, 163, 1],
      [2, 10, 0],
    ]);
    expect(report.created.users).toEqual([
      { id: 1, name: 'keeper' },
      { id: 2, name: 'second' },
    ]);
    for (const { name, user_id: userId } of manifest.projects)
      expect(report.created.projects).toContainEqual({ name, user_id: userId });
    const before = [await rig.all(1), await rig.all(2)];
    for (const sample of manifest.samples) {
      const memory = before.flat().find(({ externalId }) => externalId === `pg_mem_${sample.id}`)!;
      expect(memory).toMatchObject({
        userId: sample.user_id,
        project: sample.project,
        contentIsPreview: false,
      });
      expect(memory.content).toHaveLength(sample.characters);
    }
    const again = await migrate(0);
    expect(again.total).toMatchObject({ memories: 173, inserted: 0, skipped: 173, embedded: 0 });
    expect(again.created).toEqual({ users: [], projects: [] });
    expect([await rig.all(1), await rig.all(2)]).toEqual(before);
    expect(digestOfOriginal(source.url)).toBe(digest);
  });

  it('carries the vectors, so that each memory is the nearest to its own', async () => {
    await migrate(0);
    const rows = await source.query<{ id: number; embedding: string }>(
      'select id, embedding::text from public.memories where user_id = 2 order by id',
    );
    await rig.withService(async (repository) => {
      for (const { id, embedding } of rows) {
        const vector = Float32Array.from(JSON.parse(embedding) as number[]);
        const { hits } = await repository.search(2, { vector, filter: {}, limit: 1 });
        expect(hits[0]!.memory.externalId).toBe(`pg_mem_${id}`);
        expect(hits[0]!.similarity).toBeGreaterThan(0.9999);
      }
    });
  });

  it('embeds the whole text of a memory that has no vector', async () => {
    await source.query(
      `insert into public.memories (id, content, user_id) values (900, repeat('The fig tree was moved. ', 200), 2)`,
    );
    expect((await migrate(0)).total).toMatchObject({ embedded: 2, inserted: 174 });
    const [{ chunks }] = (await target.query<{ chunks: number }>(
      `select count(*)::int as chunks from wisdom_memory.memory_vectors join wisdom_memory.memories on id = memory_id
       where external_id = 'pg_mem_900'`,
    )) as [{ chunks: number }];
    expect(chunks).toBeGreaterThan(1);
  });

  it('keeps the ids of projects', async () => {
    await migrate(0);
    const projects = await target.query<{ user_id: number; id: number; name: string }>(
      'select user_id::int, id, name from wisdom_memory.projects',
    );
    for (const [i, { name, user_id: userId }] of originalManifest().projects.entries())
      expect(projects).toContainEqual({ user_id: userId, id: i + 1, name });
  });

  it('brings only what is new after the source has grown', async () => {
    await migrate(0);
    await source.query(
      `insert into public.memories (content, user_id, created_at) values ('later', 2, now())`,
    );
    const report = await migrate(0);
    expect(report.total).toMatchObject({ inserted: 1, skipped: 173, embedded: 1 });
    expect((await rig.all(2)).map(({ content }) => content)).toContain('later');
  });

  it('works inside one database', async () => {
    const digest = digestOfOriginal(source.url);
    const result = await runCli(
      ['migrate-original', '--from', source.url, '--database-url', source.url],
      {},
      directory,
    );
    expect([result.exitCode, result.stderr]).toEqual([0, expect.any(String)]);
    expect(await source.query('select count(*)::int as n from wisdom_memory.memories')).toEqual([{ n: 173 }]);
    expect(digestOfOriginal(source.url)).toBe(digest);
    // Nothing of the source was held open, so that VACUUM could mark every page for index-only scans.
    const [pages] = await source.query<{ all_visible: boolean }>(
      `select relallvisible = relpages as all_visible from pg_class where oid = 'wisdom_memory.memory_vectors'::regclass`,
    );
    expect(pages).toEqual({ all_visible: true });
  });

  it('writes nothing in a dry run, and says what it would do', async () => {
    const dump = () =>
      execFileSync('pg_dump', [target.url])
        .toString()
        .replace(/^\\(un)?restrict .*$/gm, '');
    const before = dump();
    const report = await migrate(0, '--dry-run');
    expect(report).toMatchObject({ state: 'dry-run', total: { inserted: 173, embedded: 1 } });
    expect(report.created.users).toHaveLength(2);
    expect(dump()).toBe(before);
  });

  describe('where a user is somebody else here', () => {
    beforeEach(() =>
      rig.withService(async (repository) => {
        const project = await repository.ensureProject(1, 'Tea');
        expect(project.name).toBe('Tea');
      }),
    );

    it.each([[[]], [['--dry-run']]])('asks who is who, and writes nothing (%j)', async (flags) => {
      const result = await run(...flags);
      expect(result.exitCode).toBe(2);
      expect(result.stderr).toContain(
        'User 1 of the source is called "keeper"; here user 1 is "user-1".\nNothing of theirs was migrated.\n' +
          'Say who is who: --map-user 1=1 if user 1 is user 1 here, --map-user 1=N',
      );
      expect(await count('wisdom_memory.memories')).toBe(0);
      expect(await count('wisdom_memory.import_runs')).toBe(0);
      expect(await count('wisdom_memory.users')).toBe(1);
    });

    it('takes the same one for the same', async () => {
      const report = await migrate(0, '--map-user', '1=1');
      expect(report.created.users).toEqual([{ id: 2, name: 'second' }]);
      expect(await rig.all(1)).toHaveLength(163);
      // Its id was another project's.
      expect(
        await target.query('select id from wisdom_memory.projects where name = $1 and user_id = 1', ['Tea']),
      ).toEqual([{ id: 1 }]);
    });

    it('gives them to another, the same one in every run', async () => {
      await migrate(0, '--map-user', '1=50', '--map-user', '2=51');
      expect([await rig.all(1), await rig.all(2)]).toEqual([[], []]);
      expect([(await rig.all(50)).length, (await rig.all(51)).length]).toEqual([163, 10]);
      const again = await migrate(0, '--map-user', '1=50', '--map-user', '2=51');
      expect(again.total).toMatchObject({ inserted: 0, skipped: 173 });
    });
  });

  it('rejects what cannot be kept, each with its reason and everything that it had', async () => {
    const unit = `[${unitVector(1).join(',')}]`;
    await source.query(String.raw`
      drop index public.idx_memory_embedding;
      alter table public.memories alter content drop not null, alter embedding type vector;
      insert into public.memories (id, content, embedding, user_id, meta_data) values
        (901, 'short', '[1,2,3]', 2, null),
        (902, 'nothing', '[0${',0'.repeat(383)}]', 2, null),
        (903, null, '${unit}', 2, null),
        (904, 'nul', '${unit}', 2, '{"a": "\u0000"}'),
        (905, 'half', '${unit}', 2, '{"\ud83d": 1}'),
        (906, 'fine', '${unit}', 2, '{"n": 12345678901234567890}')`);
    const report = await migrate(1);
    expect(report.total).toMatchObject({ memories: 179, inserted: 174, rejected: 5 });
    const lines = readFileSync(report.rejects_file!, 'utf8').trim().split('\n');
    const rejects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rejects.map(({ id, reason }) => [id, reason])).toEqual([
      ['pg_mem_901', 'dimension 3, expected 384'],
      ['pg_mem_902', 'zero vector'],
      ['pg_mem_903', 'no text'],
      ['pg_mem_904', 'NUL in metadata'],
      ['pg_mem_905', 'half of a surrogate pair in metadata'],
    ]);
    expect(rejects[0]).toMatchObject({ collection: 'pg_mem', document: 'short', vector: [1, 2, 3] });
    expect(rejects[3]).toMatchObject({ metadata: { a: '\0' }, document: 'nul' });
    expect((await rig.all(2)).find(({ externalId }) => externalId === 'pg_mem_906')!.metadata).toEqual({
      n: '12345678901234567890',
    });
  });

  it('ends at the first of them where it is strict', async () => {
    await source.query(`
      alter table public.memories alter content drop not null;
      insert into public.memories (id, content, user_id) values (901, null, 2)`);
    const result = await run('--strict');
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('"pg_mem_901" of pg_mem cannot be migrated: no text');
  });

  it('goes on where it was interrupted, and ends as if it had not been', async () => {
    const embed = (texts: readonly string[]) => Promise.resolve(texts.map(() => [unitVector(1)]));
    const openSource = () => OriginalSource.open({ url: source.url, mapUser: {}, limits: DEFAULT_LIMITS });
    const identity = OriginalSource.identityOf(source.url);
    const interrupted = new MigrationRig(target.url, { openSource, identity, embed });
    interrupted.onProgress = (records, stop) => {
      if (records >= 70) stop.abort();
    };
    const none = {} as ChromaSourceOptions;
    const first = await interrupted.start(none, { batchSize: 10 });
    expect(first.state).toBe('interrupted');
    expect((await rig.all(1)).length).toBe(70);
    interrupted.onProgress = () => undefined;
    const rest = await interrupted.resume();
    expect(rest).toMatchObject({ runId: first.runId, state: 'finished' });
    expect(rest.collections.map(({ counts }) => counts.inserted)).toEqual([163, 10]);
    expect([(await rig.all(1)).length, (await rig.all(2)).length]).toEqual([163, 10]);
    interrupted.remove();
  });

  it('goes on with two users of one name, who is who being known', async () => {
    await source.query(`
      alter table public.users drop constraint if exists users_username_key;
      update public.users set username = 'keeper' where id = 2;
      alter table public.memories alter content drop not null;
      insert into public.memories (id, content, user_id) values (901, null, 2)`);
    const asked = await run('--strict');
    expect([asked.exitCode, asked.stderr]).toEqual([2, expect.stringContaining('are both called "keeper"')]);
    const brokenOff = await run('--strict', '--map-user', '2=2');
    expect([brokenOff.exitCode, brokenOff.stderr]).toEqual([1, expect.stringContaining('"pg_mem_901"')]);
    await source.query('delete from public.memories where id = 901');
    const report = await migrate(0, '--resume');
    expect(report.collections.map(({ user_id, inserted }) => [user_id, inserted])).toEqual([
      [1, 163],
      [2, 10],
    ]);
    expect(report.created.users).toEqual([
      { id: 1, name: 'keeper' },
      { id: 2, name: 'user-2' },
    ]);
  });

  it('says what to do where the source is away, without the password', async () => {
    const url = Object.assign(new URL(source.url), { pathname: '/nowhere', password: 'a-secret' }).href;
    const result = await runCli(['migrate-original', '--from', url], { DATABASE_URL: target.url }, directory);
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toMatch(
      /cannot be read at 127\.0\.0\.1:\d+\/nowhere \(3D000\): it has no such database/,
    );
    expect(result.stdout + result.stderr).not.toContain('a-secret');
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('migrate-original', () => {
  it.each([
    [['--from', 'mysql://host/db'], '--from takes postgresql://'],
    [[], 'Where from? Give --from postgresql://'],
    [['--from', 'postgresql://h/db', '--map-user', '1'], '--map-user takes two ids of users such as 3=7'],
    [
      ['--from', 'postgresql://h/db', '--map-user', '1=2', '--map-user', '1=3'],
      '--map-user says twice who user 1 of the source is',
    ],
    [
      ['--from', 'postgresql://h/db', '--map-user', '1=2', '--resume'],
      'A resumed run keeps its users: --resume takes no --map-user.',
    ],
  ])('does not take %j', async (flags, message) => {
    const result = await runCli(['migrate-original', ...flags], { DATABASE_URL: 'postgresql://h/db' });
    expect([result.exitCode, result.stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
