import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChromaMemoryRepository } from '../../src/memory/chroma/chroma-memory.repository';
import { ChromaServer } from '../../src/memory/chroma/server/chroma-server';
import { MovableClock } from '../support/movable-clock';
import { BackendUnderTest } from './contract-context';
import { describeMemoryBackend } from './memory-backend.contract';

const SILENT = { debug: () => undefined, warn: () => undefined };
const OPTIONS = { shared: false, mostBytes: 64e6 };

describe.each([
  ['with vectors in memory', 50_000],
  ['through its index', 0],
])('ChromaDB %s', (name, mostVectors) => {
  const setup = async (): Promise<BackendUnderTest> => {
    const directory = mkdtempSync(join(tmpdir(), 'chroma-contract-'));
    const clock = new MovableClock();
    const backends: ChromaMemoryRepository[] = [];
    const open = async (): Promise<ChromaMemoryRepository> => {
      const server = new ChromaServer({ directory, log: SILENT });
      const backend = new ChromaMemoryRepository(server, clock, { ...OPTIONS, mostVectors });
      backends.push(backend);
      await backend.connect();
      return backend;
    };
    const backend = await open();
    return {
      backend,
      clock,
      largestStore: 5_461,
      close: async () => {
        await Promise.all(backends.map((opened) => opened.close()));
        rmSync(directory, { recursive: true });
        rmSync(`${directory}.lock`);
      },
      reopen: async () => {
        await backend.close();
        return open();
      },
    };
  };
  describeMemoryBackend(`chroma ${name}`, setup);
});
