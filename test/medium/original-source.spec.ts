import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { UsageError } from '../../src/cli/exit-code';
import { StartupError } from '../../src/common/startup.error';
import { DEFAULT_LIMITS } from '../../src/config/app-config';
import type { SourceRecord } from '../../src/migrate/migration-source';
import { OriginalSource } from '../../src/migrate/postgres/original/original-source';
import { collected } from '../support/collected';
import { digestOfOriginal, originalManifest, restoreOriginal } from '../support/original-database';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';

const CONTEXT = { importedAt: new Date('2026-12-01T00:00:00Z') };
const VECTOR = `[1${',0'.repeat(383)}]`;

describeNative("the original's PostgreSQL as a source", () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
    restoreOriginal(database.url);
  });

  afterEach(() => database.drop());

  function open(url = database.url, mapUser = {}): Promise<OriginalSource> {
    return OriginalSource.open({ url, mapUser, limits: DEFAULT_LIMITS });
  }

  async function read(source: OriginalSource, user = 0, after?: string): Promise<SourceRecord[]> {
    return collected(source.records(source.collections[user]!, CONTEXT, after));
  }

  async function numbers(source: OriginalSource, after?: string): Promise<(string | null)[]> {
    return (await read(source, 0, after)).map(({ position }) => position);
  }

  /** Ends every other connection to the database, as an administrator or a crash would. */
  const disconnect = () =>
    database.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );

  it('has everything of every user, and is not changed by being read', async () => {
    const manifest = originalManifest();
    const digest = digestOfOriginal(database.url);
    const source = await open();
    expect(source.collections).toEqual([
      expect.objectContaining({ name: 'pg_mem', userId: 1, userName: 'keeper', records: 163 }),
      expect.objectContaining({ name: 'pg_mem', userId: 2, userName: 'second', records: 10 }),
    ]);
    expect(
      source.collections.flatMap(({ userId, projects }) => projects.map(({ name }) => [name, userId])),
    ).toEqual(manifest.projects.map(({ name, user_id: userId }) => [name, userId]));
    const records = [...(await read(source, 0)), ...(await read(source, 1))];
    expect(records).toHaveLength(manifest.memories);
    expect(records.filter(({ vectors }) => vectors.length === 0).map(({ id }) => id)).toEqual(
      manifest.embedded,
    );
    for (const sample of manifest.samples) {
      const { memory } = records.find(({ id }) => id === `pg_mem_${sample.id}`)!;
      expect(memory).toMatchObject({
        userId: sample.user_id,
        project: sample.project,
        contentIsPreview: false,
      });
      expect(memory.content).toHaveLength(sample.characters);
      expect(memory.content.startsWith(sample.content_starts)).toBe(true);
      expect(memory.createdAt.toISOString()).toBe(
        sample.created_at === null
          ? CONTEXT.importedAt.toISOString()
          : new Date(`${sample.created_at.slice(0, 23)}Z`).toISOString(),
      );
    }
    expect(digestOfOriginal(database.url)).toBe(digest);
  });

  it('gives every number of every vector', async () => {
    const rows = await database.query<{ id: number; embedding: string }>(
      'select id, embedding::text from public.memories where embedding is not null order by id',
    );
    const source = await open();
    const records = [...(await read(source, 0)), ...(await read(source, 1))];
    for (const { id, embedding } of rows) {
      const [vector] = records.find((record) => record.id === `pg_mem_${id}`)!.vectors;
      expect(vector).toEqual(Float32Array.from(JSON.parse(embedding) as number[]));
    }
  });

  it('goes on behind any position', async () => {
    const source = await open();
    const all = await numbers(source);
    expect(all).toEqual([...all].sort((a, b) => Number(a) - Number(b)));
    expect(await numbers(source, all[99]!)).toEqual(all.slice(100));
    expect(await numbers(source, all.at(-1)!)).toEqual([]);
  });

  it('leaves for the next run what is stored after it was opened', async () => {
    const source = await open();
    await database.query(`insert into public.memories (content, user_id) values ('later', 1)`);
    await database.query(`insert into public.users (username, email) values ('third', 'third@example.org')`);
    expect(await read(source)).toHaveLength(163);
    const next = await open();
    expect(await read(next)).toHaveLength(164);
    expect(next.collections.map(({ userName, records }) => [userName, records])).toEqual([
      ['keeper', 164],
      ['second', 10],
      ['third', 0],
    ]);
  });

  it('is one state of the database however long it is read', async () => {
    const source = await open();
    const records = source.records(source.collections[0]!, CONTEXT);
    await records.next();
    await database.query(`update public.memories set content = 'changed'`);
    const rest = await collected(records);
    expect(rest.filter(({ memory }) => memory.content === 'changed')).toEqual([]);
  });

  it('says what there is no user for', async () => {
    await database.query(`
      alter table public.memories drop constraint memories_user_id_fkey, alter user_id drop not null;
      insert into public.memories (content, user_id) values ('a', null), ('b', 99)`);
    expect((await open()).remarks).toEqual(['2 memories belong to no user and are left where they are.']);
  });

  it('keeps away what cannot be a memory, with the reason', async () => {
    await database.query(`
      alter table public.memories alter content drop not null;
      insert into public.memories (id, content, user_id, embedding) values (900, null, 1, '${VECTOR}')`);
    const [record] = await read(await open(), 0, '899');
    expect(record).toMatchObject({ id: 'pg_mem_900', problem: 'no text' });
    expect(record!.original()).toMatchObject({ document: null, vector: [1, ...Array(383).fill(0)] });
  });

  it('leaves a name that no project can have in the metadata', async () => {
    await database.query(String.raw`
      insert into public.projects (id, name, slug, user_id) values (9, E'two\nlines', 'x', 2);
      insert into public.memories (id, content, user_id, project_id) values (900, 'a text', 2, 9)`);
    const source = await open();
    expect(source.collections[1]!.projects.map(({ name }) => name)).toEqual(['Kitchen garden']);
    const [record] = await read(source, 1, '899');
    expect(record!.memory).toMatchObject({ project: null, metadata: { project: 'two\nlines' } });
  });

  it('gives users to whom they are mapped, whatever they are called', async () => {
    const source = await open(database.url, { 1: 7 });
    expect(source.collections.map(({ userId, userName }) => [userId, userName])).toEqual([
      [7, undefined],
      [2, 'second'],
    ]);
    expect((await read(source))[0]!.memory.userId).toBe(7);
    await expect(open(database.url, { 3: 7 })).rejects.toThrow(UsageError);
  });

  it('is the same source whoever logs in, and never names the password', async () => {
    const url = Object.assign(new URL(database.url), { password: 'a-secret' }).href;
    const source = await open(url);
    expect(source.identity).toBe((await open()).identity);
    expect(`${source.identity} ${source.description}`).not.toContain('a-secret');
  });

  it('lets go of the database at once where nobody reads on', async () => {
    const source = await open();
    const records = source.records(source.collections[0]!, CONTEXT);
    await records.next();
    await records.return();
    const connections = () =>
      database.query(`select pid from pg_stat_activity where application_name like '%migrate-original'`);
    // The server needs a moment to notice.
    for (const end = Date.now() + 10_000; (await connections()).length > 0;)
      expect(Date.now()).toBeLessThan(end);
  });

  it('says so when the connection is lost in the middle', async () => {
    // More than sockets and streams hold in between.
    await database.query(
      `insert into public.memories (content, user_id) select repeat('word ', 20000), 1 from generate_series(1, 300)`,
    );
    const source = await open();
    const records = source.records(source.collections[0]!, CONTEXT);
    await records.next();
    await disconnect();
    await expect(collected(records)).rejects.toThrow(StartupError);
  });

  it('needs the tables of the original', async () => {
    const empty = await createTestDatabase();
    await expect(open(empty.url)).rejects.toThrow(
      /is not a database of the original: .* not the table users, the table projects, .* Correct --from\./,
    );
    await empty.query(
      'create table public.users (id int); create table public.memories (id int, content text)',
    );
    await expect(open(empty.url)).rejects.toThrow(
      /the column users\.username, .* the column memories\.embedding/,
    );
    await empty.drop();
    await database.query(
      'drop index public.idx_memory_embedding; alter table public.memories alter embedding type text',
    );
    await expect(open()).rejects.toThrow(/memories\.embedding is of the type text, not vector/);
  });

  it('needs the right to read them', async () => {
    const role = `wm_reader_${process.pid}`;
    await database.query(`create role ${role} login`);
    try {
      const reading = open(database.urlOf(role));
      await expect(reading).rejects.toThrow(/\(42501\).*GRANT SELECT ON users, projects, sessions, memories/);
    } finally {
      await database.query(`drop role ${role}`);
    }
  });

  it('says what to do where nobody answers, or there is no such database', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    const nobody = open(`postgresql://me:a-secret@127.0.0.1:${port}/original`);
    await expect(nobody).rejects.toThrow(StartupError);
    await expect(nobody).rejects.toThrow(
      `cannot be read at 127.0.0.1:${port}/original (ECONNREFUSED): start it, or correct --from.`,
    );
    await expect(open(`${database.url}_no`)).rejects.toThrow(
      /\(3D000\): it has no such database; correct --from/,
    );
  });
});
