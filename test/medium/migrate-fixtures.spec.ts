import { openChromaDirectory } from '../../src/chroma-directory/chroma-directory';
import { ChromaRecord } from '../../src/chroma-directory/chroma-record';
import { importedMemory } from '../../src/memory/imported-memory';
import { CHROMA_VERSIONS, chromaManifest, snapshotOf, unpackedChroma } from '../support/chroma-fixture';
import { collected } from '../support/collected';
import { FreshDatabase, freshDatabase } from '../support/fresh-database';
import { directorySource, MigrationRig } from '../support/migrating';
import { vectorNear } from '../support/vectors';

jest.setTimeout(60_000);

describe.each(CHROMA_VERSIONS)('everything of a directory of ChromaDB %s', (version) => {
  const manifest = chromaManifest(version);
  let fixture: Awaited<ReturnType<typeof unpackedChroma>>;
  let database: FreshDatabase;
  let rig: MigrationRig;

  beforeAll(async () => {
    fixture = await unpackedChroma(version);
    database = await freshDatabase();
    rig = new MigrationRig(database.url, { verify: true });
  });
  afterAll(async () => {
    rig.remove();
    await database.drop();
    fixture.remove();
  });

  it('migrates as its manifest says, and is not changed', async () => {
    const before = snapshotOf(fixture.path);
    const report = await rig.start(directorySource(fixture.path));
    expect(report.state).toBe('finished');
    expect(report.verification).toMatchObject({ passed: true, differences: {} });
    expect(report.verification!.nearest.samples).toBe(200);
    expect(report.collections.map(({ name }) => name).sort()).toEqual(
      manifest.map(({ name }) => name).sort(),
    );
    for (const { name, count, migrates, rejects } of manifest) {
      const { counts, done } = report.collections.find((collection) => collection.name === name)!;
      expect(done).toBe(true);
      expect(counts).toEqual({
        records: count,
        memories: count,
        inserted: migrates,
        overwritten: 0,
        skipped: 0,
        rejected: rejects.length,
        expired: 0,
        newerInSource: 0,
        embedded: 0,
      });
    }
    const expected = manifest.flatMap(({ name, rejects }) =>
      rejects.map(({ id, reason }) => ({ collection: name, id, reason })),
    );
    const rejected = rig.rejects(report);
    expect(rejected.map(({ collection, id, reason }) => ({ collection, id, reason })).sort(byId)).toEqual(
      expected.sort(byId),
    );
    for (const reject of rejected)
      expect(Object.keys(reject)).toEqual(expect.arrayContaining(['document', 'metadata', 'vector']));
    expect(snapshotOf(fixture.path)).toEqual(before);
  });

  it('is there afterwards, memory by memory, and found by its vectors', async () => {
    const records = await recordsOf(fixture.path);
    const rejected = new Set(
      manifest.flatMap(({ name, rejects }) => rejects.map(({ id }) => `${name} ${id}`)),
    );
    const taken = new Map([...records].filter(([key]) => !rejected.has(key)));
    const memories = new Map((await rig.all()).map((memory) => [memory.id, memory]));
    expect(memories.size).toBe(taken.size);
    for (const [key, record] of taken) {
      const collection = key.slice(0, key.indexOf(' '));
      const wanted = importedMemory({ ...record, collection }, { userId: 1, importedAt: new Date(0) });
      const { projectId, ...found } = memories.get(wanted.id)!;
      expect(found).toEqual(wanted);
      expect(projectId === null).toBe(wanted.project === null);
    }
    await rig.withService(async (repository) => {
      for (const { name, queries = [], rejects } of manifest)
        for (const { vector_of, nearest } of queries) {
          const vector = vectorNear(records.get(`${name} ${vector_of}`)!.vector!, 1, 1);
          const { hits, exhaustive } = await repository.search(1, { vector, filter: {}, limit: 100 });
          const own = hits.filter(
            ({ memory }) =>
              records.has(`${name} ${memory.externalId}`) &&
              !rejects.some(({ id }) => id === memory.externalId),
          );
          expect(exhaustive).toBe(true);
          // Half precision: swaps within 1e-3 are equal.
          for (const [i, { similarity }] of nearest.entries())
            expect(own[i]!.similarity).toBeCloseTo(similarity, 3);
          for (const { id, similarity } of nearest.slice(0, 9)) {
            const hit = own.find(({ memory }) => memory.externalId === id);
            if (similarity > nearest.at(-1)!.similarity + 1e-3)
              expect(hit?.similarity).toBeCloseTo(similarity, 3);
          }
        }
    });
  });

  it('migrates a second time without adding anything', async () => {
    const before = await rig.all();
    rig.clock.advance(3_600_000);
    const report = await rig.start(directorySource(fixture.path));
    for (const { name, migrates, rejects } of manifest) {
      const { counts } = report.collections.find((collection) => collection.name === name)!;
      expect(counts).toMatchObject({
        inserted: 0,
        overwritten: 0,
        skipped: migrates,
        rejected: rejects.length,
      });
      expect(counts.newerInSource).toBe(0);
    }
    expect(report.created).toEqual({ users: [], projects: [] });
    expect(await rig.all()).toEqual(before);
  });
});

/** Every record, by collection and id. */
async function recordsOf(path: string): Promise<Map<string, ChromaRecord>> {
  const directory = openChromaDirectory(path);
  const records = new Map<string, ChromaRecord>();
  for (const collection of directory.collections)
    for (const record of await collected(directory.records(collection)))
      records.set(`${collection.name} ${record.id}`, record);
  directory.close();
  return records;
}

function byId(a: { readonly id?: unknown }, b: { readonly id?: unknown }): number {
  return String(a.id) < String(b.id) ? -1 : Number(String(a.id) > String(b.id));
}
