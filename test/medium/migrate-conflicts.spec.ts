import { rmSync, writeFileSync } from 'node:fs';
import { Memory } from '../../src/memory/memory';
import { importedMemoryId, newMemoryId } from '../../src/memory/memory-id';
import { MigrationReport } from '../../src/migrate/migration-report';
import { RunOptions } from '../../src/migrate/migration-run';
import { ArrayCollection, ArraySource } from '../support/array-source';
import { embedded } from '../support/memories';
import { directorySource, MigrationRig } from '../support/migrating';
import { createTestDatabase, describeNative, TestDatabase } from '../support/postgres-server';

jest.setTimeout(60_000);

const ANYWHERE = directorySource('anywhere');
const vector = (...numbers: number[]) => Float32Array.from(numbers);

describeNative('a migration into a database that has memories', () => {
  let database: TestDatabase;
  let rig: MigrationRig;
  let source: ArraySource;

  beforeEach(async () => {
    database = await createTestDatabase();
    rig = new MigrationRig(database.url, { dimension: 3, openSource: async () => source, identity: 'array' });
  });
  afterEach(async () => {
    rig.remove();
    await database.drop();
  });

  function migrate(
    collections: readonly ArrayCollection[],
    options: Partial<RunOptions> = {},
  ): Promise<MigrationReport> {
    source = new ArraySource(collections);
    return rig.start(ANYWHERE, options);
  }

  const counts = (report: MigrationReport) =>
    report.collections.map(({ counts: { inserted, overwritten, skipped, newerInSource } }) => ({
      inserted,
      overwritten,
      skipped,
      newerInSource,
    }));

  const named = (memories: readonly Memory[]) =>
    Object.fromEntries(memories.map(({ externalId, content }) => [externalId, content]));

  const store = (content: string, externalId: string, expiresAt: Date | null = null) =>
    rig.withService((service) =>
      service.store(1, [embedded({ content, externalId, expiresAt }, [vector(0, 0.6, 0.8)])]),
    );

  it('lets the later of two collections have another external id, whatever order and how often', async () => {
    const collections = [
      {
        name: 'wisdom_sessions',
        records: [
          { id: 'a', text: 'first a' },
          { id: 'b', text: 'first b' },
        ],
      },
      {
        name: 'notes',
        records: [
          { id: 'a', text: 'second a' },
          { id: 'c', text: 'second c' },
        ],
      },
    ];
    const preview = await (async () => {
      source = new ArraySource(collections);
      return rig.preview(ANYWHERE);
    })();
    const report = await migrate(collections);
    for (const {
      collections: [first, second],
    } of [preview, report]) {
      expect(first!.renamed.count).toBe(0);
      expect(second!.renamed).toEqual({ count: 1, examples: [{ recordId: 'a', externalId: 'notes:a' }] });
    }
    const expected = { a: 'first a', b: 'first b', 'notes:a': 'second a', c: 'second c' };
    expect(named(await rig.all())).toEqual(expected);
    expect(counts(await migrate(collections)).map(({ inserted, skipped }) => [inserted, skipped])).toEqual([
      [0, 2],
      [0, 2],
    ]);
    expect(
      counts(await migrate(collections, { onConflict: 'overwrite' })).map(({ overwritten }) => overwritten),
    ).toEqual([2, 2]);
    expect(named(await rig.all())).toEqual(expected);
  });

  it('leaves a memory without an external id whose second name is taken too', async () => {
    await store('in the way', 'notes:a');
    const report = await migrate([
      { name: 'wisdom_sessions', records: [{ id: 'a', text: 'first a' }] },
      { name: 'notes', records: [{ id: 'a', text: 'second a' }] },
    ]);
    expect(report.collections[1]!.renamed.examples).toEqual([{ recordId: 'a', externalId: null }]);
    expect(named(await rig.all())).toEqual({ a: 'first a', 'notes:a': 'in the way', null: 'second a' });
  });

  it('takes what was stored here under the same external id for the same memory', async () => {
    const [stored] = await store('stored here', 'a');
    const collections = [
      { name: 'wisdom_sessions', records: [{ id: 'a', text: 'of the source' }, { id: 'b' }] },
    ];
    expect(counts(await migrate(collections))).toEqual([
      { inserted: 1, overwritten: 0, skipped: 1, newerInSource: 0 },
    ]);
    expect(named(await rig.all())).toEqual({ a: 'stored here', b: 'b' });
    const report = await migrate(collections, { onConflict: 'overwrite' });
    expect(counts(report)).toEqual([{ inserted: 0, overwritten: 2, skipped: 0, newerInSource: 0 }]);
    const found = (await rig.all()).find(({ externalId }) => externalId === 'a')!;
    expect(found).toMatchObject({
      id: importedMemoryId(1, 'wisdom_sessions', 'a'),
      content: 'of the source',
    });

    const undo = await database.query<{
      memory_id: string;
      before: { memory: Record<string, unknown>; vectors: Record<string, unknown>[] };
    }>(
      `select memory_id, before from wisdom_memory.import_undo where run_id = $1 order by before #>> '{memory,content}'`,
      [report.runId],
    );
    expect(undo.map(({ before }) => before.memory.content)).toEqual(['b', 'stored here']);
    expect(undo[1]).toMatchObject({
      memory_id: stored!.id,
      before: { memory: { id: stored!.id, external_id: 'a', user_id: 1 } },
    });
    expect(undo[1]!.before.vectors).toMatchObject([{ chunk: 0, embedding: '[0,0.60009766,0.7998047]' }]);
  });

  it('brings what is newer in the source where that is wanted, and says where it is not', async () => {
    const id = newMemoryId();
    const at = (updatedAt: Date) => [
      {
        name: 'wisdom_sessions',
        records: [
          {
            id,
            text: updatedAt.toISOString(),
            own: { id, externalId: null, updatedAt, createdAt: updatedAt },
          },
        ],
      },
    ];
    const [first, second] = [rig.clock.in(0), rig.clock.in(1)];
    await migrate(at(first));
    expect(counts(await migrate(at(first), { onConflict: 'newer' }))).toMatchObject([
      { skipped: 1, newerInSource: 0 },
    ]);
    expect(counts(await migrate(at(second)))).toMatchObject([{ skipped: 1, newerInSource: 1 }]);
    expect(counts(await migrate(at(second), { onConflict: 'newer' }))).toMatchObject([{ overwritten: 1 }]);
    expect((await rig.all()).map(({ content }) => content)).toEqual([second.toISOString()]);
  });

  it('makes room where the one that has the external id has expired', async () => {
    await store('expired', 'a', rig.clock.in(1_000));
    rig.clock.advance(2_000);
    expect(
      counts(await migrate([{ name: 'wisdom_sessions', records: [{ id: 'a', text: 'living' }] }])),
    ).toMatchObject([{ inserted: 1 }]);
    expect(named(await rig.all())).toEqual({ a: 'living' });
  });

  it('can tell what was changed here since', async () => {
    await migrate([{ name: 'wisdom_sessions', records: [{ id: 'a' }, { id: 'b' }] }]);
    await rig.withService((service) =>
      service.update(1, 'a', (memory) => ({ ...memory, content: 'changed' })),
    );
    await store('stored anew', 'b');
    const rows = await database.query(
      `select content, import_updated_at = updated_at as untouched from wisdom_memory.memories order by content`,
    );
    expect(rows).toEqual([
      { content: 'changed', untouched: false },
      { content: 'stored anew', untouched: false },
    ]);
  });

  it('scales vectors to length 1 and changes them in nothing else', async () => {
    await migrate([
      {
        name: 'wisdom_sessions',
        records: [
          { id: 'long', vector: [3e30, 4e30, 0] },
          { id: 'short', vector: [0, 3e-30, 4e-30] },
          { id: 'unit', vector: [0.6, 0, 0.8] },
        ],
      },
    ]);
    await rig.withService(async (service) => {
      for (const [key, direction] of [
        ['long', vector(0.6, 0.8, 0)],
        ['short', vector(0, 0.6, 0.8)],
        ['unit', vector(0.6, 0, 0.8)],
      ] as const) {
        const { hits } = await service.search(1, { vector: direction, filter: {}, limit: 1 });
        expect(hits[0]!.memory.externalId).toBe(key);
        expect(hits[0]!.similarity).toBeCloseTo(1, 3);
      }
    });
  });

  it('keeps the ids of projects where these are free', async () => {
    await rig.withService((service) => service.ensureProject(1, 'There'));
    const projects = [
      { id: 1, name: 'First' },
      { id: 5, name: 'Fifth' },
      { id: 9, name: 'There' },
    ];
    const report = await migrate([
      {
        name: 'wisdom_sessions',
        projects,
        records: [
          { id: 'a', metadata: { project: 'Fifth' } },
          { id: 'b', metadata: { project: 'New' } },
        ],
      },
    ]);
    const found = await rig.withService((service) => service.listProjects(1));
    expect(found).toEqual([
      { id: 5, name: 'Fifth', memories: 1 },
      { id: 6, name: 'First', memories: 0 },
      { id: 7, name: 'New', memories: 1 },
      { id: 1, name: 'There', memories: 0 },
    ]);
    expect(report.created).toEqual({
      users: [],
      projects: ['Fifth', 'First', 'New'].map((name) => ({ userId: 1, name })),
    });
  });

  describe('resumed', () => {
    const collections = ['wisdom_sessions', 'notes'].map((name) => ({
      name,
      records: Array.from({ length: 10 }, (_, i) =>
        i % 5 === 4 ? { id: `${name} ${i}`, problem: 'no vector' } : { id: `${name} ${i}` },
      ),
    }));

    async function brokenOff(goesOn: boolean): Promise<MigrationReport> {
      source = new ArraySource(collections, goesOn);
      rig.onProgress = (records, stop) => void (records >= 14 && stop.abort());
      const report = await rig.start(ANYWHERE, { batchSize: 2 });
      expect(report.state).toBe('interrupted');
      expect(report.collections.map(({ counts: { memories } }) => memories)).toEqual([10, 4]);
      rig.onProgress = () => undefined;
      return report;
    }

    it.each([true, false])(
      'ends as if it had not been broken off (source can go on in the middle: %s)',
      async (goesOn) => {
        const { runId } = await brokenOff(goesOn);
        const report = await rig.resume();
        expect(report).toMatchObject({ runId, state: 'finished' });
        for (const { counts: found, rejects } of report.collections) {
          expect(found).toMatchObject({
            records: 10,
            memories: 10,
            inserted: 8,
            skipped: 0,
            overwritten: 0,
            rejected: 2,
          });
          expect(rejects).toMatchObject([{ reason: 'no vector', count: 2 }]);
        }
        const rejected = rig.rejects(report).map(({ id }) => id);
        expect(rejected).toEqual(collections.flatMap(({ name }) => [`${name} 4`, `${name} 9`]));
        expect(await rig.all()).toHaveLength(16);
      },
    );

    it.each<[string, (file: string) => void]>([
      ['gone', (file) => rmSync(file)],
      ['cut', (file) => writeFileSync(file, '')],
    ])('writes the file of the rejects anew when it is %s', async (_how, spoil) => {
      const { rejectsFile } = await brokenOff(true);
      spoil(rejectsFile!);
      const report = await rig.resume();
      expect(rig.said).toContainEqual(
        expect.stringMatching(/is not as it was left: everything is read again/),
      );
      expect(report.collections.map(({ counts: found }) => [found.inserted, found.rejected])).toEqual([
        [8, 2],
        [8, 2],
      ]);
      expect(rig.rejects(report)).toHaveLength(4);
    });

    it('leaves alone what was changed or deleted here meanwhile', async () => {
      await brokenOff(true);
      await rig.withService(async (service) => {
        await service.update(1, 'wisdom_sessions 0', (memory) => ({ ...memory, content: 'changed' }));
        await service.delete(1, 'wisdom_sessions 1');
      });
      await rig.resume();
      const found = named(await rig.all());
      expect(found['wisdom_sessions 0']).toBe('changed');
      expect(found).not.toHaveProperty(['wisdom_sessions 1']);
      expect(Object.keys(found)).toHaveLength(15);
    });

    it('is refused where there is nothing to resume', async () => {
      source = new ArraySource(collections);
      await expect(rig.resume()).rejects.toThrow(/There is no unfinished run from array/);
      const { runId } = await rig.start(ANYWHERE);
      await expect(rig.resume(runId!)).rejects.toThrow(/is finished: there is nothing to resume/);
      await expect(rig.resume(newMemoryId())).rejects.toThrow(/There is no run/);
    });
  });

  it('waits for another one, and then has nothing to do', async () => {
    source = new ArraySource([
      { name: 'wisdom_sessions', records: Array.from({ length: 100 }, (_, i) => ({ id: `${i}` })) },
    ]);
    const reports = await Promise.all([
      rig.start(ANYWHERE, { batchSize: 5 }),
      rig.start(ANYWHERE, { batchSize: 7 }),
    ]);
    expect(reports.map(({ collections: [only] }) => only!.counts.inserted).sort((a, b) => a - b)).toEqual([
      0, 100,
    ]);
    expect(await rig.all()).toHaveLength(100);
  });

  it('works for an owner who is no superuser', async () => {
    const owner = `owner_${process.pid}_${Date.now()}`;
    const url = database.urlOf(owner);
    await database.query(`create role ${owner} login createrole`);
    await database.query(`create extension if not exists vector; create extension if not exists btree_gin`);
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`grant all on database ${name} to ${owner}; grant wm_app, wm_definer to ${owner}`);
    const owned = new MigrationRig(url, { dimension: 3, openSource: async () => source, identity: 'array' });
    try {
      source = new ArraySource([
        { name: 'wisdom_sessions', records: [{ id: 'a', metadata: { project: 'Tea' } }] },
        { name: 'wisdom_sessions_u7', userId: 7, records: [{ id: 'b', metadata: { project: 'Rum' } }] },
      ]);
      const report = await owned.start(ANYWHERE);
      expect(counts(report).map(({ inserted }) => inserted)).toEqual([1, 1]);
      expect(report.created.projects).toEqual([
        { userId: 1, name: 'Tea' },
        { userId: 7, name: 'Rum' },
      ]);
      const preview = await owned.preview(ANYWHERE);
      expect(counts(preview).map(({ skipped }) => skipped)).toEqual([1, 1]);
    } finally {
      owned.remove();
      await database.query(`drop owned by ${owner} cascade; drop role ${owner}`);
    }
  });
});
