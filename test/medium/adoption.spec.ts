import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { openChromaDirectory } from '../../src/chroma-directory/chroma-directory';
import { ChromaRecord } from '../../src/chroma-directory/chroma-record';
import { DEFAULT_LIMITS } from '../../src/config/app-config';
import { ChromaMemoryRepository } from '../../src/memory/chroma/chroma-memory.repository';
import { LocalChroma } from '../../src/memory/chroma/local-chroma';
import { importedMemory } from '../../src/memory/imported-memory';
import { Memory } from '../../src/memory/memory';
import { CHROMA_VERSIONS, chromaManifest, snapshotOf, unpackedChroma } from '../support/chroma-fixture';
import { ChromaDirectoryBuilder } from '../support/chroma-directory-builder';
import { collected } from '../support/collected';
import { MovableClock } from '../support/movable-clock';
import { processesWith, until } from '../support/processes';
import { vectorNear } from '../support/vectors';

jest.setTimeout(60_000);

const TENANTS = { shared: false, mostVectors: 50_000, mostBytes: 64e6 };

/** A service's ChromaDB over a directory, and what it logs. */
class Opened {
  readonly lines: string[] = [];
  readonly chroma: LocalChroma;
  readonly repository: ChromaMemoryRepository;

  constructor(path: string, dimension = 384, bringLater = false) {
    const say = (message: string) => void this.lines.push(message);
    const clock = new MovableClock();
    const log = { debug: () => undefined, log: say, warn: say };
    const options = { path, clock, log, limits: DEFAULT_LIMITS, tenants: TENANTS };
    this.chroma = new LocalChroma({ ...options, dimension: () => dimension, bringLater });
    this.repository = new ChromaMemoryRepository(this.chroma, clock, TENANTS);
  }

  async connected(): Promise<this> {
    try {
      await this.repository.connect();
    } catch (error) {
      await this.repository.close();
      throw error;
    }
    return this;
  }

  async all(userId = 1): Promise<Memory[]> {
    const page = await this.repository.list(userId, { filter: {}, order: 'ascending', limit: 10_000 });
    return page.items;
  }
}

describe('a directory of the original', () => {
  const opened: Opened[] = [];
  const remains: string[] = [];

  async function open(path: string, dimension?: number, bringLater?: boolean): Promise<Opened> {
    const service = new Opened(path, dimension, bringLater);
    opened.push(service);
    remains.push(`${path}.wisdom`, `${path}.wisdom.lock`);
    return service.connected();
  }

  async function close(): Promise<void> {
    for (const { repository } of opened.splice(0)) await repository.close();
  }

  afterEach(async () => {
    await close();
    for (const path of remains) expect(processesWith(path)).toEqual([]);
    for (const path of remains.splice(0)) rmSync(path, { recursive: true, force: true });
  });

  describe.each(CHROMA_VERSIONS)('of ChromaDB %s', (version) => {
    const [sessions] = chromaManifest(version).filter(({ name }) => name === 'wisdom_sessions');
    const { count, rejects, samples, queries } = sessions!;
    let fixture: Awaited<ReturnType<typeof unpackedChroma>>;
    let records: Map<string, ChromaRecord>;

    beforeAll(async () => {
      fixture = await unpackedChroma(version);
      const directory = openChromaDirectory(fixture.path);
      const collection = directory.collections.find(({ name }) => name === 'wisdom_sessions')!;
      const found = await collected(directory.records(collection));
      records = new Map(found.map((record) => [record.id, record]));
      directory.close();
    });
    afterAll(() => fixture.remove());

    it('is served whole, from a copy, and stays as it is', async () => {
      const before = snapshotOf(fixture.path);
      const service = await open(fixture.path);
      const { repository, chroma } = service;
      const memories = await service.all();
      expect(service.lines[0]).toMatch(/^CHROMA_PATH .* was made by ChromaDB .* and stays as it is/);
      expect(await repository.count(1)).toBe(count);
      expect(memories).toHaveLength(count);

      for (const memory of memories) {
        const record = records.get(memory.externalId!)!;
        const expected = importedMemory(
          { ...record, collection: 'wisdom_sessions' },
          { userId: 1, importedAt: new Date(0) },
        );
        const { projectId, ...rest } = memory;
        expect(rest).toEqual(expected);
        expect(projectId === null).toBe(memory.project === null);
      }
      for (const { id } of samples) {
        const memory = memories.find(({ externalId }) => externalId === id);
        expect(await repository.find(1, id)).toEqual(memory);
      }
      for (const { vector_of, nearest } of queries!) {
        const { hits, exhaustive } = await repository.search(1, {
          vector: vectorNear(records.get(vector_of)!.vector!, 1, 1),
          filter: {},
          limit: nearest.length + rejects.length,
        });
        const found = hits.filter(({ memory }) => !rejects.some(({ id }) => id === memory.externalId));
        for (const [i, { similarity }] of nearest.entries())
          expect(found[i]!.similarity).toBeCloseTo(similarity, 4);
        expect(exhaustive).toBe(true);
      }
      const others = chromaManifest(version).filter(({ name }) => name !== 'wisdom_sessions');
      for (const { name } of others) expect(chroma.remark).toContain(name);
      expect(snapshotOf(fixture.path)).toEqual(before);
    });

    it('is opened again without copying', async () => {
      await open(fixture.path);
      await close();
      const { repository, chroma, lines } = await open(fixture.path);
      expect(await repository.count(1)).toBe(count);
      expect(lines).toEqual([]);
      expect(chroma.remark).toMatch(/^The [\d,]+ memories of .* are served from their copy/);
    });
  });

  describe('with oddities', () => {
    let builder: ChromaDirectoryBuilder;
    let path: string;

    beforeEach(() => {
      builder = new ChromaDirectoryBuilder();
      path = builder.path;
      builder.record('conv_001', 'one', [1, 0, 0]).record('conv_002', 'two', [0, 1, 0]);
    });
    afterEach(() => builder.remove());

    const adoptionFile = () => join(`${path}.wisdom`, 'adoption.json');
    const adoption = () => JSON.parse(readFileSync(adoptionFile(), 'utf8'));
    const texts = async (service: Opened) => (await service.all()).map(({ content }) => content).sort();

    it('names what cannot be served, and serves what can', async () => {
      builder.metadataOnly('lost', 'no vector').record('wide', 'another model', [1, 2]);
      builder.record('zero', 'no direction', [0, 0, 0]).record('nul', 'a\0b', [0, 0, 1]);
      const service = await open(path, 3);
      expect(await texts(service)).toEqual(['a\0b', 'no direction', 'one', 'two']);
      const { hits } = await service.repository.search(1, {
        vector: Float32Array.of(1, 0, 0),
        filter: {},
        limit: 9,
      });
      expect(hits.map(({ memory }) => memory.content).sort()).toEqual(['a\0b', 'one', 'two']);
      expect(service.chroma.remark).toBe(
        `The 4 memories of ${path} (ChromaDB 1.5) are served from their copy ${path}.wisdom; the original stays as it is. ` +
          '2 records of wisdom_sessions cannot be served: 1 x no vector, such as "lost"; ' +
          '1 x dimension 2, expected 3, such as "wide". ' +
          '1 memory has a zero vector and cannot be found by meaning.',
      );
    });

    it('keeps other users apart', async () => {
      builder.sql(`UPDATE collections SET name = 'wisdom_sessions_u7'`);
      const service = await open(path, 3);
      expect(await service.all(1)).toEqual([]);
      expect((await service.all(7)).map(({ userId }) => userId)).toEqual([7, 7]);
    });

    it('leaves collections of the same name in other databases alone', async () => {
      builder.sql(
        `INSERT INTO databases VALUES ('d', 'other', 'somebody'); UPDATE collections SET database_id = 'd'`,
      );
      const service = await open(path, 3);
      expect(await service.all()).toEqual([]);
      expect(service.chroma.remark).toContain('wisdom_sessions (database other of tenant somebody)');
    });

    it('goes on where it was broken off, and repairs what differs', async () => {
      await open(path, 3);
      await close();
      writeFileSync(adoptionFile(), JSON.stringify({ ...adoption(), state: 'copying', collections: [] }));
      builder
        .record('conv_003', 'three', [0, 0, 1])
        .sql(`UPDATE embedding_metadata SET string_value = 'ONE' WHERE string_value = 'one'`);
      const service = await open(path, 3);
      expect(await texts(service)).toEqual(['ONE', 'three', 'two']);
      expect(adoption()).toMatchObject({ state: 'complete', collections: [{ records: 3, memories: 3 }] });
    });

    it('is not served half, whatever becomes of the original', async () => {
      await open(path, 3);
      await close();
      writeFileSync(adoptionFile(), JSON.stringify({ ...adoption(), state: 'copying' }));
      await expect(open(`${path}.wisdom`, 3)).rejects.toThrow(/is an unfinished copy of .*: set CHROMA_PATH/);
      builder.remove();
      await expect(open(path, 3)).rejects.toThrow(/is an unfinished copy of/);
    });

    it('is served from the copy when the original is gone', async () => {
      await open(path, 3);
      await close();
      builder.remove();
      expect(await texts(await open(path, 3))).toEqual(['one', 'two']);
      expect(existsSync(path)).toBe(false);
    });

    it('names a damaged note of what was copied', async () => {
      await open(path, 3);
      await close();
      writeFileSync(adoptionFile(), '{');
      await expect(open(path, 3)).rejects.toThrow(/adoption\.json is damaged/);
    });

    it('survives kill -9 in the middle of the copy', async () => {
      for (let i = 3; i < 4_000; i++) builder.record(`conv_${i}`, `text ${i}`, [i, 1, 1]);
      const before = snapshotOf(path);
      const script = join(__dirname, '../support/adopting.ts');
      do {
        // Whoever looked too late, on a busy machine, finds it complete.
        for (const remnant of [`${path}.wisdom`, `${path}.wisdom.lock`])
          rmSync(remnant, { recursive: true, force: true });
        const child = spawn(process.execPath, ['--require', './scripts/run-typescript.js', script, path]);
        const gone = once(child, 'exit');
        await until('a part of it is copied', () => copiedRecords() > 0);
        child.kill('SIGKILL');
        await gone;
        await until('the end of its server', () => processesWith(`${path}.wisdom`).length === 0);
      } while (adoption().state === 'complete');
      expect(adoption().state).toBe('copying');

      const service = await open(path, 3);
      expect(await texts(service)).toEqual(['one', 'two', ...range(3, 4_000).map((i) => `text ${i}`)].sort());
      expect(adoption()).toMatchObject({
        state: 'complete',
        collections: [{ records: 3_999, memories: 3_999 }],
      });
      expect(snapshotOf(path)).toEqual(before);
    });

    function copiedRecords(): number {
      const file = join(`${path}.wisdom`, 'chroma.sqlite3');
      if (!existsSync(file)) return 0;
      const database = new Database(`file:${file}?mode=ro`);
      try {
        const [row] = database.prepare('SELECT count(*) AS count FROM embeddings').all() as {
          count: number;
        }[];
        return row!.count;
      } catch {
        // Its server makes it just now.
        return 0;
      } finally {
        database.close();
      }
    }

    describe('that is written to later', () => {
      const write = (id: string, text: string, vector: readonly number[]) => {
        builder.watermark('metadata', 5_000 + Number(id.slice(-3)));
        builder
          .record(id, text, vector)
          .sql('UPDATE embeddings SET seq_id = ? WHERE embedding_id = ?', 5_000, id);
      };

      it('is not looked through again while it is the same', async () => {
        await open(path, 3);
        await close();
        expect((await open(path, 3)).chroma.remark).not.toContain('written to since');
        await close();
        const service = await open(path, 3, true);
        expect(service.chroma.brought).toEqual({ memories: 0, kept: [] });
        expect(service.chroma.remark).not.toContain('written to since');
      });

      it('says so at every start, and brings the rest on demand', async () => {
        await open(path, 3);
        await close();
        write('conv_003', 'three', [0, 0, 1]);
        for (const start of ['first', 'second']) {
          const { lines, chroma } = await open(path, 3);
          const growth =
            'The original was written to since it was copied: stop the service and run "npm run cli -- adopt-chroma"';
          expect(chroma.remark).toContain(growth);
          expect([start, lines.at(-1)]).toEqual([start, expect.stringContaining(growth)]);
          await close();
        }
        const service = await open(path, 3, true);
        expect(service.chroma.brought).toEqual({ memories: 1, kept: [] });
        expect(await texts(service)).toEqual(['one', 'three', 'two']);
        expect(service.chroma.remark).not.toContain('written to since');
        await close();
        const again = await open(path, 3);
        expect(await texts(again)).toEqual(['one', 'three', 'two']);
        expect(again.chroma.remark).toMatch(/^The 3 memories/);
        expect(again.chroma.remark).not.toContain('written to since');
      });

      it('leaves alone what was changed, deleted or named here', async () => {
        const first = await open(path, 3);
        await first.repository.update(1, 'conv_001', (memory) => ({ ...memory, content: 'changed here' }));
        await first.repository.delete(1, 'conv_002');
        const own = { externalId: 'conv_003', content: 'named here' };
        await first.repository.import(1, [ownMemory(own)]);
        await close();
        builder.sql(`UPDATE embedding_metadata SET string_value = 'ONE' WHERE string_value = 'one'`);
        builder.sql(`UPDATE embeddings SET seq_id = 5000 WHERE embedding_id = 'conv_001'`);
        write('conv_003', 'three', [0, 0, 1]);
        write('conv_004', 'four', [0, 0, 1]);
        const service = await open(path, 3, true);
        expect(service.chroma.brought).toEqual({ memories: 1, kept: ['conv_001', 'conv_003'] });
        expect(await texts(service)).toEqual(['changed here', 'four', 'named here']);
      });
    });

    describe('that cannot be copied', () => {
      it('says that another process is writing, and how to copy all the same', async () => {
        builder.sql('BEGIN EXCLUSIVE');
        await expect(open(path, 3)).rejects.toThrow(
          /^CHROMA_PATH .* is being written by another process.* npm run cli -- adopt-chroma --allow-live$/,
        );
        expect(existsSync(`${path}.wisdom`)).toBe(false);
      });

      it('says that it is damaged', async () => {
        builder.done();
        writeFileSync(join(path, 'chroma.sqlite3'), 'no database '.repeat(999));
        await expect(open(path, 3)).rejects.toThrow(
          /^CHROMA_PATH .* is damaged: .* Restore it from a backup\.$/,
        );
        expect(existsSync(`${path}.wisdom`)).toBe(false);
      });

      it('says that it is too old', async () => {
        rmSync(join(path, 'chroma.sqlite3'));
        writeFileSync(join(path, 'chroma-collections.parquet'), '');
        await expect(open(path, 3)).rejects.toThrow(/^CHROMA_PATH .* was written by ChromaDB 0\.3/);
      });

      it('says that something else is there', async () => {
        rmSync(join(path, 'chroma.sqlite3'));
        writeFileSync(join(path, 'diary.txt'), '');
        await expect(open(path, 3)).rejects.toThrow(/^CHROMA_PATH .* holds diary\.txt: /);
      });

      it('says that the copy would go to where other memories are', async () => {
        await open(`${path}.wisdom`, 3);
        await close();
        await expect(open(path, 3)).rejects.toThrow(
          /\.wisdom holds memories of this service that are no copy of/,
        );
      });

      it('says that something else is where the copy would be', async () => {
        writeFileSync(`${path}.wisdom`, '');
        await expect(open(path, 3)).rejects.toThrow(`${path}.wisdom`);
      });
    });

    it('has a copy that another service has open: one of them starts', async () => {
      const starts = await Promise.allSettled([open(path, 3), open(path, 3)]);
      const failures = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []));
      expect(failures).toEqual([expect.stringMatching(/is in use by another process/)]);
      expect(adoption().state).toBe('complete');
    });
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function ownMemory({ externalId, content }: { externalId: string; content: string }): {
  memory: Memory;
  vectors: Float32Array[];
} {
  const record = { collection: 'here', id: externalId, document: content, metadata: null };
  const memory = importedMemory(record, { userId: 1, importedAt: new Date() });
  return { memory: { ...memory, projectId: null }, vectors: [Float32Array.of(1, 0, 0)] };
}
