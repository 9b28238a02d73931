import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChromaMemoryOptions,
  ChromaMemoryRepository,
} from '../../src/memory/chroma/chroma-memory.repository';
import { ChromaServer } from '../../src/memory/chroma/server/chroma-server';
import { Clock } from '../../src/memory/memory-backend';

export interface OpenChroma {
  readonly backend: ChromaMemoryRepository;
  readonly server: ChromaServer;
}

/** A directory for ChromaDB, and the backends and servers over it. */
export class ChromaPlace {
  readonly parent: string;
  readonly directory: string;
  private readonly opened: ChromaMemoryRepository[] = [];

  /** @param parent where the directory is made, and what `clear` removes. */
  constructor(parent = mkdtempSync(join(tmpdir(), 'chroma-place-'))) {
    this.parent = parent;
    this.directory = join(parent, 'chroma');
  }

  /** A backend on a local server, connected. */
  async open(options: Partial<ChromaMemoryOptions> = {}, clock?: Clock): Promise<OpenChroma> {
    const log = { debug: () => undefined, warn: () => undefined };
    const server = new ChromaServer({ directory: this.directory, log });
    const backend = new ChromaMemoryRepository(server, clock ?? { now: () => new Date() }, {
      shared: false,
      mostVectors: 50_000,
      mostBytes: 64e6,
      ...options,
    });
    this.opened.push(backend);
    await backend.connect();
    return { backend, server };
  }

  /** Ends what was opened. */
  async close(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((backend) => backend.close()));
  }

  async clear(): Promise<void> {
    await this.close();
    rmSync(this.parent, { recursive: true });
  }
}
