import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { BackendUnavailableError } from '../../src/memory/memory.errors';
import { ChromaPlace } from '../support/chroma-backend';
import { embedded } from '../support/memories';
import { killProcessesWith, processesWith, until } from '../support/processes';
import { unitVector } from '../support/vectors';

jest.setTimeout(120_000);

describe('ChromaDB, killed', () => {
  let place: ChromaPlace;

  beforeEach(() => {
    place = new ChromaPlace();
  });

  afterEach(() => place.clear());

  /** Runs `chroma-writer.ts` and kills it and its server as soon as the last write is acknowledged. */
  async function killedAfter(lastWrite: 'store' | 'update' | 'replace'): Promise<void> {
    const script = [resolve('test/support/chroma-writer.ts'), place.directory, lastWrite];
    const writer = spawn(process.execPath, ['--require', resolve('scripts/run-typescript.js'), ...script]);
    await once(writer.stdout, 'data');
    killProcessesWith(place.directory);
    await once(writer, 'close');
    await until('all processes gone', () => processesWith(place.directory).length === 0);
  }

  async function memoriesAfter(lastWrite: 'store' | 'update' | 'replace') {
    await killedAfter(lastWrite);
    const { backend } = await place.open();
    const { items } = await backend.list(1, { filter: {}, order: 'ascending', limit: 100 });
    const { chunks } = await backend.statistics(1);
    const nearest = async (seed: number) => {
      const query = { vector: unitVector(seed), filter: {}, limit: 1 };
      const [hit] = (await backend.search(1, query)).hits;
      return { key: hit!.memory.externalId, similarity: Number(hit!.similarity.toFixed(4)) };
    };
    return { items, chunks, nearest };
  }

  it('has a memory that it had just acknowledged, once and whole', async () => {
    const { items, chunks, nearest } = await memoriesAfter('store');
    expect(items.map(({ externalId, content }) => [externalId, content])).toEqual([
      ['key', 'before'],
      ['new', 'new'],
    ]);
    expect(chunks).toBe(5);
    expect(await nearest(5)).toEqual({ key: 'new', similarity: 1 });
  });

  it('has a revision that it had just acknowledged, and the chunks as they were', async () => {
    const { items, chunks, nearest } = await memoriesAfter('update');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ content: 'before', metadata: { kept: 1, added: 2 } });
    expect(items[0]!.metadata).not.toHaveProperty('old');
    expect(chunks).toBe(3);
    expect(await nearest(3)).toEqual({ key: 'key', similarity: 1 });
  });

  it('has a replacement that it had just acknowledged, and none of the old chunks', async () => {
    const { items, chunks, nearest } = await memoriesAfter('replace');
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ content: 'after', metadata: { kept: 2, type: 'conversation' } });
    expect(chunks).toBe(1);
    expect(await nearest(6)).toEqual({ key: 'key', similarity: 1 });
    expect((await nearest(2)).similarity).toBeLessThan(0.5);
  });

  const KILLS = 4;

  it('is there again at once under load, with everything acknowledged, nothing twice', async () => {
    const { backend } = await place.open();
    const acknowledged = new Map<string, number>();
    const failures: unknown[] = [];
    let kills = 0;
    const killing = setInterval(() => {
      const [pid] = processesWith(place.directory);
      if (pid === undefined || kills === KILLS) return;
      kills++;
      process.kill(pid, 'SIGKILL');
    }, 700);
    const write = async (writer: number): Promise<void> => {
      for (let round = 0; round < 40 || kills < KILLS; round++) {
        const key = `${writer}-${round % 20}`;
        await backend
          .store(writer % 2, [
            embedded({ externalId: key, metadata: { round } }, [unitVector(writer), unitVector(round)]),
          ])
          .then(() => acknowledged.set(key, round))
          .catch((error: unknown) => failures.push(error));
        await backend.count(writer % 2).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all([1, 2, 3, 4].map(write));
    clearInterval(killing);
    await place.close();
    for (const failure of failures) expect(failure).toBeInstanceOf(BackendUnavailableError);

    const { backend: reopened } = await place.open();
    for (const userId of [0, 1]) {
      const page = { filter: {}, order: 'ascending', limit: 1_000 } as const;
      const { items } = await reopened.list(userId, page);
      const keys = items.map(({ externalId }) => externalId!);
      expect(new Set(keys).size).toBe(keys.length);
      for (const { externalId, metadata } of items)
        expect(metadata.round).toBeGreaterThanOrEqual(acknowledged.get(externalId!) ?? 0);
      const mine = [...acknowledged.keys()].filter((key) => Number(key.split('-')[0]) % 2 === userId);
      expect(mine.filter((key) => !keys.includes(key))).toEqual([]);
      expect(await reopened.statistics(userId)).toMatchObject({ chunks: 2 * keys.length });
    }
  });
});
