import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADD, ChromaDirectoryBuilder, UPSERT } from '../../test/support/chroma-directory-builder';
import { snapshotOf, unpackedChroma } from '../../test/support/chroma-fixture';
import { collected } from '../../test/support/collected';
import { otherProcess } from '../../test/support/other-process';
import { openChromaDirectory, OpenOptions } from './chroma-directory';
import { ChromaDirectoryProblem } from './chroma-directory.errors';
import { ChromaRecord } from './chroma-record';

async function recordsIn(path: string, options: OpenOptions = {}): Promise<ChromaRecord[]> {
  const directory = openChromaDirectory(path, options);
  try {
    return await collected(directory.records(directory.collections[0]!));
  } finally {
    directory.close();
  }
}

const database = (folder: string) => join(folder, 'chroma.sqlite3');
const ODD_DIRECTORIES: readonly [string, (folder: string) => void, ChromaDirectoryProblem, RegExp][] = [
  ['nothing at all', (folder) => rmSync(folder, { recursive: true }), 'not-a-directory', /does not exist/],
  ['an empty one', () => undefined, 'not-chromadb', /it is empty/],
  [
    'other files',
    (folder) => writeFileSync(join(folder, 'a'), ''),
    'not-chromadb',
    /holds no chroma\.sqlite3/,
  ],
  [
    '0.3',
    (folder) => writeFileSync(join(folder, 'chroma-collections.parquet'), ''),
    'too-old',
    /chroma-migrate/,
  ],
  ['an empty database', (folder) => writeFileSync(database(folder), ''), 'not-chromadb', /is empty/],
  ['garbage', (folder) => writeFileSync(database(folder), 'no database '.repeat(999)), 'damaged', /backup/],
  ['a folder as database', (folder) => mkdirSync(database(folder)), 'not-readable', /may read/],
];

describe('what is no directory of ChromaDB', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wisdom-odd-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(ODD_DIRECTORIES)('%s: says which case it is and what to do', (_case, make, problem, message) => {
    make(folder);
    expect(() => openChromaDirectory(folder)).toThrow(
      expect.objectContaining({ problem, message: expect.stringMatching(message) }),
    );
  });

  it('a file instead of the directory', () => {
    writeFileSync(database(folder), 'x');
    expect(() => openChromaDirectory(database(folder))).toThrow(/is a file/);
  });

  it('a database of something else', () => {
    const builder = new ChromaDirectoryBuilder().sql('DROP TABLE collections');
    expect(() => openChromaDirectory(builder.done())).toThrow(/has no collections/);
    builder.remove();
  });

  it('a database without tables that belong to it', () => {
    const builder = new ChromaDirectoryBuilder().sql('DROP TABLE embeddings_queue');
    expect(() => openChromaDirectory(builder.done())).toThrow(
      expect.objectContaining({ problem: 'damaged' }),
    );
    builder.remove();
  });
});

describe('a database cut in half', () => {
  it('is called damaged, and the process lives', async () => {
    const { path, remove } = await unpackedChroma('0.6.3');
    truncateSync(database(path), statSync(database(path)).size / 2);
    await expect(recordsIn(path)).rejects.toMatchObject({ problem: 'damaged' });
    remove();
  });
});

describe('a damaged index', () => {
  const INDEXED = { a: [1, 0, 0], b: [0, 1, 0], c: [0, 0, 1] };
  let builder: ChromaDirectoryBuilder;

  beforeEach(() => {
    builder = new ChromaDirectoryBuilder();
    for (const id of ['a', 'b', 'c', 'queued']) builder.metadataOnly(id, `text of ${id}`);
    builder
      .index(INDEXED)
      .queue(UPSERT, 'older', null)
      .watermark('vector', 1)
      .queue(UPSERT, 'queued', [2, 0, 0]);
  });
  afterEach(() => builder.remove());

  it.each([
    [
      'a pickle that is cut off',
      'index_metadata.pickle',
      30,
      /^no vector: index_metadata\.pickle ends at byte 30$/,
    ],
    ['an empty pickle', 'index_metadata.pickle', 0, /^no vector: index_metadata\.pickle ends at byte 0$/],
    ['an empty data file', 'data_level0.bin', 0, /^no vector: data_level0\.bin ends early$/],
    ['a header that is cut off', 'header.bin', 20, /^no vector: header\.bin ends at byte 20$/],
  ])('%s: loses what is only there, with the reason', async (_case, file, size, problem) => {
    truncateSync(join(builder.indexFolder, file), size);
    const records = await recordsIn(builder.done());
    expect(records.map(({ document }) => document)).toEqual(
      ['a', 'b', 'c', 'queued'].map((id) => `text of ${id}`),
    );
    expect(records.map((record) => record.problem)).toEqual([
      ...Array(3).fill(expect.stringMatching(problem)),
      undefined,
    ]);
    expect([...records[3]!.vector!]).toEqual([2, 0, 0]);
  });

  it.each([
    ['index_metadata.pickle', /index_metadata\.pickle is missing/],
    ['data_level0.bin', /data_level0\.bin cannot be read/],
    ['header.bin', /header\.bin cannot be read/],
  ])('a missing %s: the same', async (file, problem) => {
    rmSync(join(builder.indexFolder, file));
    const records = await recordsIn(builder.done());
    expect(records.map((record) => record.problem)).toEqual([
      ...Array(3).fill(expect.stringMatching(problem)),
      undefined,
    ]);
  });

  it.each(['index_metadata.pickle', 'header.bin'])('garbage as %s: the same', async (file) => {
    writeFileSync(join(builder.indexFolder, file), 'garbage '.repeat(99));
    const records = await recordsIn(builder.done());
    expect(records.map(({ vector }) => vector === null)).toEqual([true, true, true, false]);
  });

  it('loses only the elements behind the cut of the data file', async () => {
    // Elements lie in the opposite order of their labels: c, b, a.
    truncateSync(join(builder.indexFolder, 'data_level0.bin'), 2.5 * 28);
    const records = await recordsIn(builder.done());
    expect(records.map(({ id, vector }) => [id, vector === null])).toEqual([
      ['a', true],
      ['b', false],
      ['c', false],
      ['queued', false],
    ]);
  });

  it('takes from the queue what it still has, and not what ChromaDB had ignored', async () => {
    builder
      .sql('DELETE FROM embeddings_queue')
      .sql('UPDATE embeddings SET seq_id = 50')
      .watermark('vector', 90);
    builder.queue(ADD, 'a', [3, 0, 0]).sql(`UPDATE embeddings_queue SET seq_id = 40 WHERE id = 'a'`);
    builder.queue(ADD, 'b', [4, 0, 0]).sql(`UPDATE embeddings_queue SET seq_id = 60 WHERE id = 'b'`);
    truncateSync(join(builder.indexFolder, 'index_metadata.pickle'), 30);
    const records = await recordsIn(builder.done());
    expect(records.map(({ vector }) => vector && [...vector])).toEqual([[3, 0, 0], null, null, null]);
  });
});

describe('a directory that another process has open', () => {
  let path: string;
  let remove: () => void;
  let other: { end(): Promise<void> } | undefined;

  beforeEach(async () => ({ path, remove } = await unpackedChroma('0.6.3')));
  afterEach(async () => {
    await other?.end();
    other = undefined;
    remove();
  });

  async function otherDoes(sql: string): Promise<void> {
    const libsql = JSON.stringify(require.resolve('libsql'));
    const file = JSON.stringify(database(path));
    other = await otherProcess(
      `const db = new (require(${libsql}))(${file}); db.exec(${JSON.stringify(sql)})`,
    );
  }

  const INSERT = `INSERT INTO collection_metadata (collection_id, key) SELECT id, 'new' FROM collections`;
  const SPILL = 'PRAGMA cache_size = 1; PRAGMA cache_spill = 1;';

  it.each([
    ['holds its lock', 'BEGIN EXCLUSIVE', /is locked/],
    [
      'is writing with a journal',
      `${SPILL} BEGIN; UPDATE embedding_metadata SET key = key || 'x'`,
      /-journal has content/,
    ],
    ['is writing in WAL mode', `PRAGMA journal_mode = WAL; ${INSERT}`, /-wal has content/],
  ])('is refused while it %s, and read as it is on demand', async (_case, sql, sign) => {
    await otherDoes(sql);
    const before = snapshotOf(path);
    await expect(recordsIn(path)).rejects.toMatchObject({
      problem: 'in-use',
      message: expect.stringMatching(sign),
    });
    const records = await recordsIn(path, { allowLive: true });
    expect(records).toHaveLength(406);
    expect(Object.keys(records[0]!.metadata!)).not.toContain('typex');
    expect(snapshotOf(path)).toEqual(before);
  });

  it('is refused after a process was killed while writing, and read as of its last commit on demand', async () => {
    await otherDoes(`${SPILL} BEGIN; UPDATE embedding_metadata SET key = key || 'x'`);
    await other!.end();
    other = undefined;
    await expect(recordsIn(path)).rejects.toMatchObject({ problem: 'in-use' });
    const records = await recordsIn(path, { allowLive: true });
    expect(Object.keys(records[0]!.metadata!)).toContain('type');
  });

  it('is read in WAL mode without a file appearing', async () => {
    await otherDoes('PRAGMA journal_mode = WAL; PRAGMA wal_checkpoint(TRUNCATE)');
    await other!.end();
    other = undefined;
    rmSync(join(path, 'chroma.sqlite3-shm'), { force: true });
    const before = snapshotOf(path);
    expect(await recordsIn(path)).toHaveLength(406);
    expect(snapshotOf(path)).toEqual(before);
  });
});

describe('a directory that was closed', () => {
  it('can be written to at once', async () => {
    const builder = new ChromaDirectoryBuilder().record('a', 'text', [1, 0, 0]);
    const directory = openChromaDirectory(builder.path);
    expect(await collected(directory.records(directory.collections[0]!))).toHaveLength(1);
    expect(() => builder.record('b', 'text', [1, 0, 0])).toThrow(/locked/);
    directory.close();
    expect(await recordsIn(builder.record('c', 'text', [1, 0, 0]).path)).toHaveLength(2);
    builder.remove();
  });
});

describe('a directory that changes while it is read', () => {
  it('is not taken for complete', async () => {
    const { path, remove } = await unpackedChroma('0.5.23');
    const directory = openChromaDirectory(path);
    const collection = directory.collections.find(({ name }) => name === 'wisdom_sessions')!;
    const records = directory.records(collection);
    await records.next();
    utimesSync(database(path), new Date(), new Date());
    await expect(collected(records)).rejects.toMatchObject({ problem: 'changed' });
    directory.close();
    remove();
  });
});
