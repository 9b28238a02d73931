import { existsSync, readdirSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { ChromaCollections } from '../../src/memory/chroma/chroma-collections';
import { ChromaConnection } from '../../src/memory/chroma/chroma-connection';
import { ChromaServer } from '../../src/memory/chroma/server/chroma-server';
import { IndexCopies } from '../../src/memory/chroma/server/index-copies';
import { BackendUnavailableError } from '../../src/memory/memory.errors';
import { ChromaPlace } from '../support/chroma-backend';
import { processesWith, until } from '../support/processes';
import { seededRandom } from '../support/random';
import { unitVector } from '../support/vectors';

jest.setTimeout(180_000);

const METADATA = 'index_metadata.pickle';
const RECORDS = 40;

function expectUnavailable(error: unknown): void {
  expect(error).toBeInstanceOf(BackendUnavailableError);
}

/** An index that is written that often, instead of every 50 records, is hit by few kills. */
describe.each([2, 7])('Copies of a vector index that is written every %i records', (recordsPerSync) => {
  const place = new ChromaPlace();
  const warnings: string[] = [];
  let server: ChromaServer;
  let collections: ChromaCollections;
  let collection: string;
  let written = 0;

  beforeEach(open);
  afterEach(() => server.stop());
  afterAll(() => place.clear());

  async function open(): Promise<void> {
    warnings.length = 0;
    const log = { debug: () => undefined, warn: (message: string) => void warnings.push(message) };
    server = new ChromaServer({ directory: place.directory, recordsPerSync, log });
    collections = new ChromaCollections(new ChromaConnection(server));
    await server.start();
    collection = await collections.ensureCollection('tested');
  }

  async function write(): Promise<void> {
    const record = { id: `r${written}`, document: '', metadata: { n: written }, vector: unitVector(written) };
    await collections.upsert(collection, [record]);
    written++;
  }

  function index(): string {
    const name = readdirSync(place.directory).find((entry) =>
      existsSync(join(place.directory, entry, METADATA)),
    );
    return join(place.directory, name!);
  }

  async function expectAllThere(): Promise<void> {
    const records = await collections.page(collection, 0, 1_000, { vectors: true });
    const vectors = new Map(records.map(({ id, vector }) => [id, vector]));
    for (let i = 0; i < written; i++) {
      expect(vectors.get(`r${i}`)![0]).toBeCloseTo(unitVector(i)[0]!, 4);
      expect((await collections.nearest(collection, unitVector(i), 1))[0]).toBe(`r${i}`);
    }
  }

  it('puts back an index whose metadata end early, and says so', async () => {
    while (written < RECORDS) await write();
    await server.stop();
    await new IndexCopies(place.directory).take({ alone: true });
    truncateSync(join(index(), METADATA), 20);

    await open();
    expect(warnings).toEqual([expect.stringContaining('put back from their copies')]);
    await expectAllThere();
    await write();
    await expectAllThere();
  });

  it('puts back an index whose vectors are newer than its metadata', async () => {
    await server.stop();
    await new IndexCopies(place.directory).take({ alone: true });
    truncateSync(join(index(), 'data_level0.bin'), 1_000);

    await open();
    expect(warnings).toHaveLength(1);
    await expectAllThere();
  });

  it('leaves an index alone that is whole, whatever its times say', async () => {
    await server.stop();
    const metadata = join(index(), METADATA);
    utimesSync(metadata, 1, 1);
    const { size } = statSync(metadata);

    await open();
    expect(warnings).toEqual([]);
    expect(statSync(metadata).size).toBe(size);
    await expectAllThere();
  });

  it('keeps one copy of each index, and none of what is gone', async () => {
    for (let i = 0; i < 3 * recordsPerSync; i++) await write();
    await server.stop();
    const copies = readdirSync(join(place.directory, 'index-copies'));
    expect(new Set(copies.map((name) => name.slice(0, 36))).size).toBe(copies.length);
  });

  it('removes what a removed collection left on the disk, and nothing of others', async () => {
    const folders = () =>
      [place.directory, join(place.directory, 'index-copies')].flatMap((folder) =>
        existsSync(folder) ? readdirSync(folder).filter((name) => /^[0-9a-f]{8}-/.test(name)) : [],
      );
    const before = folders();
    const leaving = await collections.ensureCollection('leaving');
    for (let i = 0; i < 4 * recordsPerSync; i++)
      await collections.upsert(leaving, [
        { id: `l${i}`, document: 'leaves', metadata: { n: i }, vector: unitVector(i) },
      ]);
    expect(folders().length).toBeGreaterThan(before.length);
    await collections.drop('leaving');
    const indexes = (names: readonly string[]) => new Set(names.map((name) => name.slice(0, 36)));
    expect(indexes(folders())).toEqual(indexes(before));
    for (let i = 0; i < 2 * recordsPerSync; i++) await write();
    await expectAllThere();
    expect(warnings).toEqual([]);
  });

  it('loses nothing acknowledged to kills at any moment', async () => {
    const random = seededRandom(7);
    for (let round = 0; round < 12; round++) {
      const [pid] = processesWith(place.directory);
      const timer = setTimeout(() => process.kill(pid!, 'SIGKILL'), 20 + 200 * random.next());
      // A write that failed may have been done or not: it is made again.
      while (processesWith(place.directory).includes(pid!)) await write().catch(expectUnavailable);
      clearTimeout(timer);
    }
    // After so many ends in a row, a server is started again after ten seconds only.
    const answers = () =>
      collections.ping().then(
        () => true,
        () => false,
      );
    await until('its server again', answers, 60_000);
    await expectAllThere();
  });
});
