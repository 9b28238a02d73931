import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChromaMemoryRepository } from '../../src/memory/chroma/chroma-memory.repository';
import { BackendUnavailableError } from '../../src/memory/memory.errors';
import { ChromaPlace } from '../support/chroma-backend';
import { embedded } from '../support/memories';
import { unitVector } from '../support/vectors';

jest.setTimeout(180_000);

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

/** Needs a small file system of its own, which only root can mount. */
(isRoot ? describe : describe.skip)('ChromaDB on a full disk', () => {
  let mounted: string;
  let place: ChromaPlace;
  let backend: ChromaMemoryRepository;
  let stored = 0;

  beforeAll(async () => {
    mounted = mkdtempSync(join(tmpdir(), 'chroma-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', mounted]);
    place = new ChromaPlace(mounted);
    ({ backend } = await place.open());
  });

  afterAll(async () => {
    await place.close();
    execFileSync('umount', [mounted]);
    rmSync(mounted, { recursive: true });
  });

  async function storeSome(count: number): Promise<void> {
    const more = Array.from({ length: count }, (_, i) =>
      embedded({ externalId: `${stored + i}`, content: 'text '.repeat(40) }, [unitVector(stored + i)]),
    );
    await backend.store(1, more);
    stored += count;
  }

  /** Stores until it is refused. */
  async function fill(): Promise<unknown> {
    for (;;) {
      const refused = await storeSome(100).catch((error: unknown) => error);
      if (refused !== undefined) return refused;
    }
  }

  async function expectEverything(): Promise<void> {
    const { items } = await backend.list(1, { filter: {}, order: 'ascending', limit: 100_000 });
    const keys = items.map(({ externalId }) => Number(externalId)).sort((a, b) => a - b);
    expect(keys).toEqual(Array.from({ length: stored }, (_, i) => i));
    for (const seed of [0, stored >> 1, stored - 1]) {
      const { hits } = await backend.search(1, { vector: unitVector(seed), filter: {}, limit: 1 });
      expect(hits[0]).toMatchObject({ memory: { externalId: `${seed}` } });
      expect(hits[0]!.similarity).toBeCloseTo(1, 4);
    }
  }

  function free(): number {
    const { bavail, bsize } = statfsSync(mounted);
    return bavail * bsize;
  }

  const filler = (): string => join(mounted, 'filler');

  it('refuses to write before it is full, and still reads and deletes', async () => {
    writeFileSync(filler(), Buffer.alloc(10e6));
    const refused = await fill();
    expect(refused).toBeInstanceOf(BackendUnavailableError);
    expect((refused as Error).message).toMatch(/The disk of .* is full.*Nothing was changed/);
    expect(free()).toBeGreaterThan(2e6);
    expect(stored).toBeGreaterThan(1_000);
    await expectEverything();
    stored--;
    expect(await backend.delete(1, `${stored}`)).toBe(true);
    await expectEverything();
  });

  it('goes on when there is room again', async () => {
    rmSync(filler());
    await storeSome(100);
    await expectEverything();
  });

  it('lost nothing when others took the very last byte, and goes on after that too', async () => {
    writeFileSync(filler(), Buffer.alloc(free()));
    const refused = await storeSome(1).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BackendUnavailableError);
    const answer = await backend.delete(1, '0').catch((error: unknown) => error);
    expect(answer).toBeInstanceOf(BackendUnavailableError);
    rmSync(filler());
    await storeSome(1);
    await expectEverything();
    await place.close();
    ({ backend } = await place.open());
    await expectEverything();
  });
});
